import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseJournal, type LeftState } from '../journal';
import type { RunEntry } from './runEntry';

const CHUNK = 2 ** 20;

/** What has become of a picture in another run. */
export type FollowedState = 'running' | 'done' | LeftState;

/** How far another run is. */
export type Followed = {
  /** Pictures that are made, and those that it left. */
  readonly done: number;
  /** Undefined until its journal says so. */
  readonly total: number | undefined;
  /** By output, those alone that have changed since the last look. */
  readonly changed: ReadonlyMap<string, FollowedState>;
};

/** Reads along in the journal of a run that another process carries out. Changes nothing. */
export class RunFollower {
  private file: string | undefined;
  private at = 0;
  private rest: Buffer = Buffer.alloc(0);
  private total: number | undefined;
  private readonly states = new Map<string, FollowedState>();

  constructor(private readonly run: RunEntry) {}

  /** Reads what has been added. Never rejects: a journal that is gone says nothing new. */
  async look(): Promise<Followed> {
    const changed = new Map<string, FollowedState>();
    this.file ??= await journalOf(this.run);
    const text = this.file === undefined ? '' : await this.added(this.file).catch(() => '');
    for (const line of parseJournal(text)) {
      if (line.kind === 'header') this.total = line.header.ids.length;
      else if (line.kind !== 'over') {
        const state =
          line.kind === 'begin' ? 'running' : line.kind === 'left' ? line.state : line.kind;
        this.states.set(line.output, state);
        changed.set(line.output, state);
      }
    }
    const done = [...this.states.values()].filter((state) => state !== 'running').length;
    return { done, total: this.total, changed };
  }

  /** Whole lines that were added since the last time. */
  private async added(file: string): Promise<string> {
    const handle = await open(file, 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, this.at);
        if (bytesRead === 0) break;
        this.at += bytesRead;
        this.rest = Buffer.concat([this.rest, buffer.subarray(0, bytesRead)]);
      }
    } finally {
      await handle.close();
    }
    const end = this.rest.lastIndexOf('\n') + 1;
    const whole = this.rest.subarray(0, end).toString('utf8');
    this.rest = this.rest.subarray(end);
    return whole;
  }
}

/** The journal that a run writes now: the latest of its process. */
async function journalOf({ stateFolder, holder }: RunEntry): Promise<string | undefined> {
  const names = await readdir(stateFolder).catch(() => []);
  const numbers = names.flatMap((name) => {
    const [, pid, number] = /^journal-(\d{1,10})-(\d{1,10})\.jsonl$/.exec(name) ?? [];
    return Number(pid) === holder.pid ? [Number(number)] : [];
  });
  return numbers.length === 0
    ? undefined
    : path.join(stateFolder, `journal-${holder.pid}-${Math.max(...numbers)}.jsonl`);
}
