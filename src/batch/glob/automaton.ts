import type { Accept, GlobNode } from './parseGlob';

/** A place of the automaton: what leads on, and where to. */
type State = {
  accept: Accept | undefined;
  next: number;
  /** Places that are reached without a character. */
  readonly free: number[];
};

/** Larger ones come from braces in braces; the message completes "it must be …". */
const MOST_STATES = 20_000;

/** A nondeterministic automaton (Thompson's construction); the last state is the end. */
export type Automaton = { readonly states: readonly State[]; readonly start: number };

/** Builds one automaton that accepts whatever one of the globs does; undefined when too large. */
export function buildAutomaton(globs: readonly GlobNode[]): Automaton | undefined {
  const states: State[] = [];
  const add = (): number => {
    states.push({ accept: undefined, next: -1, free: [] });
    return states.length - 1;
  };
  const at = (index: number): State => states[index] ?? { accept: undefined, next: -1, free: [] };

  /** Puts a node behind a state and returns the state at its end. */
  const append = (node: GlobNode, from: number): number => {
    if (states.length > MOST_STATES) return from;
    switch (node.kind) {
      case 'one': {
        const to = add();
        const step = add();
        at(from).free.push(step);
        Object.assign(at(step), { accept: node.accept, next: to });
        return to;
      }
      case 'many': {
        const loop = add();
        const step = add();
        at(from).free.push(loop);
        at(loop).free.push(step);
        Object.assign(at(step), { accept: node.accept, next: loop });
        return loop;
      }
      case 'sequence':
        return node.parts.reduce((end, part) => append(part, end), from);
      case 'either': {
        const end = add();
        for (const option of node.options) {
          const begin = add();
          at(from).free.push(begin);
          at(append(option, begin)).free.push(end);
        }
        return end;
      }
    }
  };

  const start = add();
  const end = append({ kind: 'either', options: globs }, start);
  const last = add();
  at(end).free.push(last);
  return states.length > MOST_STATES ? undefined : { states, start };
}

/** Whether a place accepts a character. */
export function accepts(accept: Accept, code: number): boolean {
  switch (accept.kind) {
    case 'literal':
      return code === accept.code;
    case 'any':
      return true;
    case 'notSlash':
      return code !== SLASH;
    case 'class':
      return (
        code !== SLASH &&
        accept.ranges.some(([from, to]) => code >= from && code <= to) !== accept.negated
      );
  }
}

export const SLASH = 47;
