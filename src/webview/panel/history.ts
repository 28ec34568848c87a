/** An undo history of values that are compared and never changed. */
export type History<T> = {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
};

const LIMIT = 200;

export const historyOf = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** A new step; what was undone can't be redone any more. */
export function push<T>({ past, present }: History<T>, next: T): History<T> {
  return { past: [...past, present].slice(-LIMIT), present: next, future: [] };
}

/** Changes the present without a step: the course of a drag. */
export const replace = <T>(history: History<T>, present: T): History<T> => ({
  ...history,
  present,
});

export function undo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const before = past.at(-1);
  return before === undefined
    ? history
    : { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const [after, ...rest] = future;
  return after === undefined ? history : { past: [...past, present], present: after, future: rest };
}
