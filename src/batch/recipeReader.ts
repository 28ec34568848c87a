import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { closestMatch } from 'leven';
import { isOneOf } from '../shared/oneOf';
import { phrase, WordedError, type Words } from '../shared/phrase';

const MOST_TEXT = 300;
/** Longer ones are no slip of the finger. */
const LONGEST_KEY = 40;

/** In a text, both from 1. */
export type TextPosition = { readonly line: number; readonly column: number };

/** A recipe that can't be followed; the message names the file and the place in it. */
export class RecipeError extends WordedError {
  constructor(
    words: Words,
    /** Where in the file; missing for what concerns all of it. */
    readonly position?: TextPosition,
  ) {
    super(words);
  }
}

export function positionAt(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** A known key that looks like one that is not. */
function nearestOf(key: string, known: readonly string[]): string | undefined {
  if (key.length > LONGEST_KEY) return undefined;
  const same = known.find((one) => one.toLowerCase() === key.toLowerCase());
  const maxDistance = Math.max(1, Math.floor(key.length / 3));
  return same ?? closestMatch(key, known, { maxDistance });
}

/** Reads values of a recipe; each says in which place of the file it stands. */
export class Reader {
  constructor(
    private readonly name: string,
    private readonly source: string,
  ) {}

  /** Throws a `RecipeError` for a place such as `rules[0].scale`; `expected` completes "must be …". */
  fail(at: string, expected: Words): never {
    const place = at === '' ? phrase`the recipe` : at.slice(0, MOST_TEXT);
    this.refuse(at, phrase`${place} must be ${expected}.`);
  }

  private refuse(at: string, sentence: Words): never {
    const position = this.positionOf(at);
    throw new RecipeError(
      position
        ? phrase`${this.name}, line ${position.line}: ${sentence}`
        : phrase`${this.name}: ${sentence}`,
      position,
    );
  }

  /** Of a value, or of what it is missing in. */
  private positionOf(at: string): TextPosition | undefined {
    const tree = parseTree(this.source, [], { allowTrailingComma: true });
    const path = (at.match(/[^.[\]]+/g) ?? []).map((part) =>
      /^\d+$/.test(part) ? Number(part) : part,
    );
    for (let length = path.length; tree && length > 0; length--) {
      const node = findNodeAtLocation(tree, path.slice(0, length));
      // Of a property its key.
      if (node) return positionAt(this.source, (node.parent ?? node).offset);
    }
    return undefined;
  }

  object(value: unknown, at: string, keys: readonly string[]): { readonly [key: string]: unknown } {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.fail(at, phrase`an object`);
    const unknown = Object.keys(value).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      const nearest = nearestOf(unknown, keys);
      const place = `${at === '' ? '' : `${at}.`}${unknown}`;
      if (nearest === undefined) this.fail(place, phrase`left out: known are ${keys.join(', ')}`);
      this.refuse(
        place,
        phrase`${place.slice(0, MOST_TEXT)} must be left out: did you mean "${nearest}"?`,
      );
    }
    return value as { readonly [key: string]: unknown };
  }

  list(value: unknown, at: string, most: number): readonly unknown[] {
    return Array.isArray(value) && value.length <= most
      ? value
      : this.fail(at, phrase`a list of at most ${most}`);
  }

  /** A list that says nothing where it is empty, so that nothing would be done, in silence. */
  filledList(value: unknown, at: string, most: number): readonly unknown[] {
    return Array.isArray(value) && value.length > 0 && value.length <= most
      ? value
      : this.fail(at, phrase`a list of 1 to ${most}`);
  }

  text(value: unknown, at: string): string {
    return typeof value === 'string' && value.trim() !== '' && value.length <= MOST_TEXT
      ? value
      : this.fail(at, phrase`a text of at most ${MOST_TEXT} characters`);
  }

  flag(value: unknown, at: string): boolean {
    return typeof value === 'boolean' ? value : this.fail(at, phrase`true or false`);
  }

  number(value: unknown, at: string, minimum: number, maximum: number): number {
    return typeof value === 'number' && value >= minimum && value <= maximum
      ? value
      : this.fail(at, phrase`a number between ${minimum} and ${maximum}`);
  }

  whole(value: unknown, at: string, minimum: number, maximum: number): number {
    return Number.isInteger(value)
      ? this.number(value, at, minimum, maximum)
      : this.fail(at, phrase`a whole number between ${minimum} and ${maximum}`);
  }

  oneOf<T extends string>(value: unknown, at: string, values: readonly T[]): T {
    return isOneOf(values, value) ? value : this.fail(at, phrase`one of ${values.join(', ')}`);
  }
}
