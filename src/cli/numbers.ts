import { InvalidArgumentError } from 'commander';

/** Reads an option: a number from `minimum` to `maximum`. */
export function number(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= minimum && value <= maximum))
      throw new InvalidArgumentError(`It must be a number between ${minimum} and ${maximum}.`);
    return value;
  };
}

/** The same, without a fraction. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = number(minimum, maximum)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
    return value;
  };
}
