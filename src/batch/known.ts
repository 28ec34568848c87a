import { hashInside } from './hash';
import { byName } from './scan';
import type { PlannedTarget } from './targets';
import type { OutputRecord, Records } from './types';

export type KnownRecord = { readonly output: string; readonly record: OutputRecord };

/** What an input's rule and settings make of it; undefined where no rule names it. */
export type TargetsFor = (input: string) => readonly PlannedTarget[] | undefined;

/**
 * What is known of outputs, held against what can be made. A lock is input: a record counts only
 * where the recipe could have made its output.
 */
export class KnownOutputs {
  private readonly byInput = new Map<string, KnownRecord[]>();
  private readonly made = new Set<string>();
  /** What no rule makes any more, with its hash. */
  private readonly notMade = new Map<string, string>();

  /** `targetsFor` is undefined where records are the product's own and may be of other settings. */
  constructor(records: Records, targetsFor: TargetsFor | undefined) {
    const targets = new Map<string, readonly PlannedTarget[]>();
    for (const [output, record] of Object.entries(records)) {
      const { input } = record;
      const known = { output, record };
      const list = this.byInput.get(input);
      if (list) list.push(known);
      else this.byInput.set(input, [known]);
      if (targetsFor && !targets.has(input)) targets.set(input, targetsFor(input) ?? []);
      const canBeMade =
        !targetsFor || targets.get(input)?.some((target) => target.mayYield(output)) === true;
      if (canBeMade) this.made.add(output);
      else this.notMade.set(output, record.outputHash);
    }
  }

  /** Records of an input, in the order of the lock. */
  of(input: string): readonly KnownRecord[] {
    return this.byInput.get(input) ?? [];
  }

  /** Outputs of an input that can still be made of it. */
  madeOf(input: string): readonly string[] {
    return this.of(input).flatMap(({ output }) => (this.made.has(output) ? [output] : []));
  }

  /**
   * Whether a file is the output of an earlier run, and so no source. What no rule makes any more
   * is one only while it is what was made then.
   */
  async isPreviousOutput(
    file: string,
    outputRoot: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (this.made.has(file)) return true;
    const hash = this.notMade.get(file);
    return hash !== undefined && (await hashInside(outputRoot, file, signal)) === hash;
  }

  /** Outputs that no rule makes any more. */
  get leftovers(): readonly string[] {
    return [...this.notMade.keys()].sort(byName);
  }

  /** Sources that the records name. */
  get inputs(): readonly string[] {
    return [...this.byInput.keys()];
  }

  /** Outputs of which the source is none of those that are there, or may be. */
  orphans(there: ReadonlySet<string>): readonly string[] {
    return [...this.byInput]
      .flatMap(([input, known]) => (there.has(input) ? [] : known.map(({ output }) => output)))
      .sort(byName);
  }
}
