import { open, type FileHandle } from 'node:fs/promises';
import { FileView } from './containers/fileView';
import { gifDelayPlaces, gifLoopPlace } from './containers/gif';
import { webpFrames } from './webpFrames';

const LONGEST_WEBP = 2 ** 24 - 1;
const [LONGEST_GIF, MS_PER_TICK] = [65_535, 10];

/** What the encoder is told for every frame, in milliseconds; no encoder changes it. */
export const STAND_IN_DELAY = 100;

/** Where a file says how long each of its frames is shown, and in what. */
type Durations = {
  readonly places: readonly (number | undefined)[];
  readonly bytes: 2 | 3;
  /** Milliseconds → what the file has for them. */
  readonly written: (milliseconds: number) => number;
};

/**
 * Writes into a finished animation how long each frame is shown, in milliseconds. Encoders change what
 * is very short, take no more than 65 seconds and join neighbours that are equal; so they get
 * `STAND_IN_DELAY` for each, and how often that is in a frame of the file says for how many it
 * stands. Leaves a file alone of which that can't be told.
 */
export async function setFrameDurations(
  file: string,
  format: 'gif' | 'webp',
  delays: readonly number[],
): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { places, bytes, written } = format === 'gif' ? await ofGif(file) : await ofWebp(handle);
    const value = Buffer.alloc(bytes);
    const counts: number[] = [];
    for (const at of places) {
      if (at === undefined) return;
      await handle.read(value, 0, bytes, at);
      counts.push(value.readUIntLE(0, bytes) / written(STAND_IN_DELAY));
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== delays.length || !counts.every(Number.isInteger)) return;
    let from = 0;
    for (const [i, at] of places.entries()) {
      const own = delays.slice(from, (from += counts[i] ?? 0));
      value.writeUIntLE(written(own.reduce((sum, delay) => sum + delay, 0)), 0, bytes);
      await handle.write(value, 0, bytes, at);
    }
  } finally {
    await handle.close();
  }
}

/** How often an animation may be shown at most, as the encoder of GIFs takes it. */
export const MOST_LOOPS_TOLD = 65_535;

/**
 * Writes into a finished GIF that it is shown so often: once more than the encoder takes, which the
 * format can say, since it counts repetitions.
 */
export async function setLoop(file: string, loop: number): Promise<void> {
  const at = await FileView.use(file, gifLoopPlace);
  if (at === undefined) return;
  const handle = await open(file, 'r+');
  try {
    const repetitions = Buffer.alloc(2);
    repetitions.writeUInt16LE(loop - 1);
    await handle.write(repetitions, 0, repetitions.length, at);
  } finally {
    await handle.close();
  }
}

const ofGif = async (file: string): Promise<Durations> => ({
  places: await FileView.use(file, gifDelayPlaces),
  bytes: 2,
  // Nothing is shown for no time that had one: players take 0 for a tenth of a second.
  written: (ms) => Math.min(LONGEST_GIF, Math.max(Math.sign(ms), Math.round(ms / MS_PER_TICK))),
});

const ofWebp = async (handle: FileHandle): Promise<Durations> => ({
  places: (await webpFrames(handle)).frames.map(({ durationAt }) => durationAt),
  bytes: 3,
  written: (ms) => Math.min(LONGEST_WEBP, Math.round(ms)),
});
