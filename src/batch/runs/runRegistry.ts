import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { holdAs, isGone, release } from '../../files/holder';
import { isModestJson } from '../../files/jsonShape';
import { codeOf } from '../../files/kinds';
import { whileLocked } from '../../files/processLock';
import { readSmallText } from '../../files/readSmall';
import { runEntryFrom, type RunEntry } from './runEntry';
import { collide, type RunScope } from './scope';
import { phrase, WordedError } from '../../shared/phrase';

const NAME = /^[0-9a-f-]{36}\.json$/;
const LOCK = 'lock';
/** A selection of thousands of files names each of them. */
const LIMIT = 16 * 2 ** 20;
const SHAPE = { levels: 4, values: 200_000 };
/** How often who waits looks again. */
const LOOK_MS = 500;

/** Another run gets into the way of the one that was to begin. */
export class RunBusyError extends WordedError {
  constructor(readonly other: RunEntry) {
    super(phrase`Process ${other.holder.pid} is upscaling ${other.root}.`);
  }
}

/** A run's own place among the runs; given back when it ends. */
export type RunHold = { readonly entry: RunEntry; readonly giveBack: () => Promise<void> };

/** What an entry says of a run. */
export type RunRequest = Omit<RunEntry, 'holder'>;

export type WaitOptions = {
  readonly signal?: AbortSignal;
  /** Called with the run that is waited for, each time somebody has looked. */
  readonly onWait?: (other: RunEntry) => void;
};

/**
 * The runs of this user on this machine, a file each: so windows and command lines that want the
 * same folder notice each other. What a killed run left does not count.
 */
export class RunRegistry {
  private readonly folder: string;

  /**
   * `folder`: absolute, the same for all programs of a user. A home may be shared by machines, and
   * of another machine's processes nobody can know whether they live, so each has runs of its own.
   */
  constructor(folder: string) {
    const host = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 12);
    this.folder = path.join(folder, host);
  }

  /**
   * Enters a run. Rejects with `RunBusyError` while another is in its way. Where nothing can be
   * written, as on a full disk, the run goes on without.
   */
  async enter(request: RunRequest): Promise<RunHold> {
    const token = randomUUID();
    const file = path.join(this.folder, `${token}.json`);
    const entry: RunEntry = { holder: holdAs(token), ...request };
    const giveBack = async (): Promise<void> => {
      await rm(file, { force: true }).catch(() => undefined);
      release(token);
    };
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await whileLocked(path.join(this.folder, LOCK), async () => {
        const other = await this.inTheWay(request.scope);
        if (other) throw new RunBusyError(other);
        await writeFile(file, JSON.stringify(entry), { flag: 'wx', mode: 0o600 });
      });
    } catch (error) {
      await giveBack();
      if (codeOf(error) === undefined) throw error;
    }
    return { entry, giveBack };
  }

  /** The same, once no other run is in the way. Rejects when the signal aborts. */
  async enterWhenFree(request: RunRequest, { signal, onWait }: WaitOptions): Promise<RunHold> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await this.enter(request);
      } catch (error) {
        if (!(error instanceof RunBusyError)) throw error;
        onWait?.(error.other);
        await delay(LOOK_MS, undefined, signal ? { signal } : {});
      }
    }
  }

  /** A run that is in the way of such a scope; undefined when there is none. */
  async inTheWay(scope: RunScope): Promise<RunEntry | undefined> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names.filter((one) => NAME.test(one))) {
      const file = path.join(this.folder, name);
      const entry = await readEntry(file);
      if (!entry) continue;
      if (await isGone(entry.holder)) await rm(file, { force: true }).catch(() => undefined);
      else if (collide(entry.scope, scope)) return entry;
    }
    return undefined;
  }
}

/** What says nothing of use is somebody's who is just writing it, or nobody's. */
async function readEntry(file: string): Promise<RunEntry | undefined> {
  try {
    const text = await readSmallText(file, { limit: LIMIT });
    return isModestJson(text, SHAPE) ? runEntryFrom(JSON.parse(text)) : undefined;
  } catch {
    return undefined;
  }
}
