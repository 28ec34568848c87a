import { accepts, buildAutomaton, SLASH, type Automaton } from './automaton';
import { GlobError, parseGlob } from './parseGlob';
import { phrase } from '../../shared/phrase';

export { GlobError, MOST_GLOB_LENGTH } from './parseGlob';

const DOT = 46;
/** Steps that are remembered; then the memory begins anew. */
const MOST_STEPS = 20_000;

/** States that the automaton may be in at once, and where it goes from there. */
type Set = {
  readonly members: readonly number[];
  readonly isEnd: boolean;
  readonly steps: Map<number, Set>;
};

/**
 * Whether a relative path with "/" matches one of the globs. The time is linear in the path's
 * length, whatever the globs: all ways are followed at once, none is tried after another. Without
 * `dot`, wildcards match no name that begins with one. Throws `GlobError`.
 */
export const globMatcher = (globs: readonly string[], options: GlobOptions): PathTest =>
  lazyAutomaton(globs, options).matches;

/**
 * Whether one of the globs may match something in a folder, which is relative as paths are, or "."
 * for all that there is. Throws `GlobError`.
 */
export function globReach(globs: readonly string[], options: GlobOptions): PathTest {
  const automaton = lazyAutomaton(globs, options);
  return (folder) => automaton.leadsOn(folder === '.' ? '' : `${folder}/`);
}

type GlobOptions = { readonly dot: boolean };
type PathTest = (path: string) => boolean;

function lazyAutomaton(globs: readonly string[], { dot }: GlobOptions): LazyAutomaton {
  const automaton = buildAutomaton(globs.map(parseGlob));
  if (!automaton) throw new GlobError(phrase`a list of globs with fewer alternatives`);
  return new LazyAutomaton(automaton, dot);
}

/** Follows all ways at once and remembers the steps, as a deterministic automaton would have. */
class LazyAutomaton {
  private known = new Map<string, Set>();
  private first: Set;
  private steps = 0;

  constructor(
    private readonly automaton: Automaton,
    private readonly dot: boolean,
  ) {
    this.first = this.closure([automaton.start]);
  }

  readonly matches = (path: string): boolean => this.after(path)?.isEnd === true;

  /** Whether a path that begins so may match. */
  leadsOn(start: string): boolean {
    return (
      this.after(start)?.members.some((index) => this.automaton.states[index]?.accept) === true
    );
  }

  /** Where a path leads to; undefined where nothing goes on. */
  private after(path: string): Set | undefined {
    if (this.steps > MOST_STEPS) this.forget();
    let set = this.first;
    let startsName = true;
    for (let i = 0; i < path.length; i++) {
      const code = path.charCodeAt(i);
      // A hidden name is another character to wildcards.
      const key = code === DOT && startsName && !this.dot ? -DOT : code;
      let next = set.steps.get(key);
      if (!next) {
        next = this.step(set, code, key < 0);
        set.steps.set(key, next);
        this.steps++;
      }
      if (next.members.length === 0) return undefined;
      set = next;
      startsName = code === SLASH;
    }
    return set;
  }

  private step({ members }: Set, code: number, isHidden: boolean): Set {
    const { states } = this.automaton;
    const reached = members.flatMap((index) => {
      const state = states[index];
      if (!state?.accept || !accepts(state.accept, code)) return [];
      return isHidden && state.accept.kind !== 'literal' ? [] : [state.next];
    });
    return this.closure(reached);
  }

  /** The states that are reached from these without a character. */
  private closure(from: readonly number[]): Set {
    const { states } = this.automaton;
    const seen = new globalThis.Set<number>(from);
    for (const index of seen) for (const free of states[index]?.free ?? []) seen.add(free);
    const members = [...seen].sort((a, b) => a - b);
    const key = members.join(' ');
    const known = this.known.get(key);
    if (known) return known;
    const set = { members, isEnd: seen.has(states.length - 1), steps: new Map<number, Set>() };
    this.known.set(key, set);
    return set;
  }

  private forget(): void {
    this.known = new Map();
    this.steps = 0;
    this.first = this.closure([this.automaton.start]);
  }
}

/** What a glob must be instead, to complete "it must be …"; undefined when it can be used. */
export function globProblem(glob: string): string | undefined {
  try {
    globMatcher([glob], { dot: true });
    return undefined;
  } catch (error) {
    if (error instanceof GlobError) return error.message;
    throw error;
  }
}
