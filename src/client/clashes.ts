import path from 'node:path';
import { PlaceKeys } from '../files/placeKeys';
import { RpcError } from '../shared/rpc';
import { phrase } from '../shared/phrase';

/** A result that would be written where the name is not counted up. Both paths are absolute. */
export type Wish = { readonly input: string; readonly output: string };

/** What stands against a wish: another picture that is to be upscaled, or another one's result. */
export type Clash = { readonly kind: 'source' } | { readonly kind: 'result'; readonly of: string };

/**
 * Which results of a run would replace another one's source or result. Of several with one result
 * the first keeps it. The answer is in the wishes' order; undefined wishes have nothing against them.
 */
export async function clashesAmong(
  wishes: readonly (Wish | undefined)[],
  inputs: readonly string[],
): Promise<readonly (Clash | undefined)[]> {
  const keys = new PlaceKeys();
  const sources = new Map<string, Set<string>>();
  for (const input of inputs) {
    for (const key of await keys.ofBoth(input)) {
      const owners = sources.get(key) ?? new Set();
      sources.set(key, owners.add(input));
    }
  }
  const makers = new Map<string, string>();
  const clashes: (Clash | undefined)[] = [];
  for (const wish of wishes) {
    if (wish === undefined) {
      clashes.push(undefined);
      continue;
    }
    const key = await keys.of(wish.output);
    const maker = makers.get(key);
    makers.set(key, maker ?? wish.input);
    const isOthers = [...(sources.get(key) ?? [])].some((input) => input !== wish.input);
    clashes.push(
      maker !== undefined
        ? { kind: 'result', of: maker }
        : isOthers
          ? { kind: 'source' }
          : undefined,
    );
  }
  return clashes;
}

/** The same as an error, in the words of batches. */
export function clashError(clash: Clash, { output }: Wish): RpcError {
  const name = path.basename(output);
  return new RpcError({
    code: 'output-collision',
    message:
      clash.kind === 'source'
        ? phrase`Its output ${name} is another input.`
        : phrase`${name} is the output of ${path.basename(clash.of)}, too.`,
    hint: phrase`Rename one of them, change the name pattern, or leave one out.`,
  });
}
