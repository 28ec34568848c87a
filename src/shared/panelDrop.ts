/** What a person dropped onto the panel. The one message that names files: a hand named them. */
export type PanelDrop = {
  /** Of files whose place VS Code tells: those of its explorer. */
  readonly addresses: readonly string[];
  /** Whether there are files whose place it does not tell: those of other programs. */
  readonly elsewhere: boolean;
};

/** More files than anybody drops. */
export const MOST_DROPPED = 100;
/** Longer than any path. */
export const LONGEST_ADDRESS = 8192;

/** The addresses of a list of type `text/uri-list`: one a line, comments begin with `#`. */
export const addressesOf = (list: string): readonly string[] =>
  list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
