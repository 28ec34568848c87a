import { FACTOR, SETS } from './degrade/degrade';
import type { HeldOut } from './heldout';
import type { Method } from './methods';
import { METRICS_VERSION } from './metrics/measure';
import { Network, type Enlargement } from './network';
import { mapChannels, type Picture } from './picture';
import { resizeBicubic, resizeLanczos } from './separable';
import type { Store } from './store';

/**
 * Enlarges every small picture with every method and keeps the results in the store; what is there
 * already stays. What was measured already is enlarged only for the pictures that are `shown`.
 */
export async function enlargeAll(
  pictures: readonly HeldOut[],
  methods: readonly Method[],
  shown: readonly HeldOut[],
  store: Store,
): Promise<void> {
  for (const group of groupByModel(methods)) {
    const open = lazyNetwork(group);
    let done = 0;
    for (const set of SETS) {
      for (const held of pictures) {
        const missing = group.filter(
          (method) =>
            !store.has(held, set, method) &&
            (shown.includes(held) || !store.metrics(held, set, method, METRICS_VERSION)),
        );
        if (missing.length === 0) continue;
        const input = await store.input(held, set);
        const enlargement = await (await open.network())?.run(input);
        for (const method of missing)
          await store.write(held, set, method, enlarge(input, method, enlargement));
        if (++done % 10 === 1)
          console.error(`${missing.map(({ label }) => label).join(', ')}: ${set}, ${held.name}`);
        store.save();
      }
    }
    await open.release();
  }
}

/** The method's result; `enlargement` is its network's, where it has one. */
export function enlarge(
  input: Picture,
  { run }: Method,
  enlargement: Enlargement | undefined,
): Picture {
  switch (run.kind) {
    case 'bicubic':
      return enlargeBicubic(input);
    case 'lanczos':
      return mapChannels(input, (plane) =>
        resizeLanczos(plane, plane.width * FACTOR, plane.height * FACTOR),
      );
    case 'network':
      if (!enlargement) throw new Error('The network was not run.');
      return enlargement.blend(run.guidance);
  }
}

/** The base of every model here: bicubic, a = −0.5. */
export const enlargeBicubic = (input: Picture): Picture =>
  mapChannels(input, (plane) => resizeBicubic(plane, plane.width * FACTOR, plane.height * FACTOR));

/** Methods of one model together, so that its network runs once for a picture. */
export function groupByModel(methods: readonly Method[]): Method[][] {
  const groups = new Map<string, Method[]>();
  for (const method of methods) {
    const key = method.run.kind === 'network' ? method.run.model.file : method.id;
    groups.set(key, [...(groups.get(key) ?? []), method]);
  }
  return [...groups.values()];
}

type LazyNetwork = {
  readonly network: () => Promise<Network | undefined>;
  readonly release: () => Promise<void>;
};

/** The network of a group, opened when it is first needed. */
export function lazyNetwork(methods: readonly Method[]): LazyNetwork {
  let opened: Promise<Network> | undefined;
  const run = methods.find((method) => method.run.kind === 'network')?.run;
  return {
    network: async () =>
      run?.kind === 'network' ? (opened ??= Network.open(run.model)) : undefined,
    release: async () => (await opened)?.release(),
  };
}
