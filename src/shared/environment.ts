/** Environment variables of the product whose value is one of few, or of one form. */
type Variable = {
  /** Completes "… must be". */
  readonly expected: string;
  readonly accepts: (value: string, isWindows: boolean) => boolean;
};

const whole =
  (minimum: number, maximum: number) =>
  (value: string): boolean =>
    /^\s*\d+\s*$/.test(value) && Number(value) >= minimum && Number(value) <= maximum;
const oneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);
const isAbsolute = (value: string, isWindows: boolean): boolean =>
  (isWindows ? /^(?:[\\/]|[A-Za-z]:[\\/])/ : /^\//).test(value);
/** A name as HTTP has them, and something behind the colon. */
const isHeader = (line: string): boolean => /^\s*[!#$%&'*+.^_`|~\w-]+\s*:/.test(line);

export const ENVIRONMENT: Readonly<Record<string, Variable>> = {
  PISA_UPSCALE_THREADS: {
    expected: 'a whole number of threads from 1 on',
    accepts: whole(1, 1_000_000),
  },
  PISA_UPSCALE_PRIORITY: {
    expected: '"low" (the default) or "normal"',
    accepts: oneOf('low', 'normal'),
  },
  PISA_UPSCALE_SHARP: {
    expected: '"native" (the default) or "wasm"',
    accepts: oneOf('native', 'wasm'),
  },
  PISA_UPSCALE_STORE: { expected: 'the absolute path of a folder', accepts: isAbsolute },
  PISA_UPSCALE_ENGINE_INSPECT: {
    expected: 'a port between 1024 and 65535',
    accepts: whole(1024, 65_535),
  },
  PISA_UPSCALE_REMOTE_HEADERS: {
    expected: 'headers as "Name: value", one a line',
    accepts: (value) => value.split(/\r?\n/).every((line) => line.trim() === '' || isHeader(line)),
  },
};

/**
 * Environment variables whose values nothing here could honor, each with what it must be; one that is
 * empty counts as missing. No value is told: one may be a secret.
 */
export const environmentProblems = (
  env: Readonly<Record<string, string | undefined>>,
  isWindows: boolean,
): readonly string[] =>
  Object.entries(ENVIRONMENT).flatMap(([name, { expected, accepts }]) => {
    const value = env[name] ?? '';
    return value.trim() === '' || accepts(value, isWindows)
      ? []
      : [`The environment variable ${name} must be ${expected}.`];
  });
