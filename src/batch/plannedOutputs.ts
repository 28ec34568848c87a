import type { TargetsFor } from './known';
import type { PlannedTarget } from './targets';

type Maker = { readonly input: string; readonly target: PlannedTarget };

/**
 * What is the result of another picture by its name, whoever makes it. A shard that begins when
 * another has written results must not take those for sources; which they are can be told from
 * names and settings alone, so every shard comes to the same answer.
 */
export class PlannedOutputs {
  /** Targets of pictures, by what every name begins with that they may have, and by its end. */
  private readonly byStem = new Map<string, Map<string, Maker[]>>();

  constructor(pictures: readonly string[], targetsFor: TargetsFor) {
    for (const input of pictures) {
      for (const target of targetsFor(input) ?? []) {
        const byTail = this.byStem.get(target.stem) ?? new Map<string, Maker[]>();
        this.byStem.set(target.stem, byTail);
        const makers = byTail.get(target.tail);
        if (makers) makers.push({ input, target });
        else byTail.set(target.tail, [{ input, target }]);
      }
    }
  }

  /** Whether a picture may be the result of another one. */
  has(picture: string): boolean {
    for (let at = 0; at <= picture.length; at++) {
      const byTail = this.byStem.get(picture.slice(0, at));
      if (!byTail) continue;
      for (let end = at; end <= picture.length; end++) {
        const makers = byTail.get(picture.slice(end));
        if (makers?.some(({ input, target }) => input !== picture && target.mayYield(picture)))
          return true;
      }
    }
    return false;
  }
}
