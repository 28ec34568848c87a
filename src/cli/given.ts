import type { Command } from 'commander';

/** The options that were written on the command line, by their names in the code. */
export const givenOptions = (command: Command): ReadonlySet<string> =>
  new Set(
    command.options
      .map((option) => option.attributeName())
      .filter((name) => command.getOptionValueSource(name) === 'cli'),
  );
