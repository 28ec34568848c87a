import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { holdAs, holderFrom, isGone, release } from '../files/holder';
import { exists } from '../files/processStart';
import { isModestJson } from '../files/jsonShape';
import { readSmallText } from '../files/readSmall';
import { hashInside } from './hash';
import { journalNames, journalProcess } from './journalFiles';
import { isInnerPath, isRecord } from './recordShape';
import type { OutputRecord, Records } from './types';
import { isObject } from '../shared/json';

/** What a run was asked to do, so that it can go on. */
export type JournalHeader = {
  readonly root: string;
  /** The ids that were ticked. */
  readonly ids: readonly string[];
  /**
   * What the run was about, relative to `root`: its folders and pictures. Left out for all of `root`,
   * and by earlier versions.
   */
  readonly inputs?: readonly string[];
  /** Where the run was started; earlier versions don't say. */
  readonly place?: string;
  /** Who writes it: numbers of processes are used again. */
  readonly holder?: unknown;
  /** What earlier versions said of that: when the process was started. */
  readonly started?: string;
};

type Line =
  | { readonly kind: 'header'; readonly header: JournalHeader }
  | {
      readonly kind: 'begin';
      readonly output: string;
      readonly record: OutputRecord;
      readonly before: string | undefined;
    }
  | { readonly kind: 'done'; readonly output: string; readonly record: OutputRecord }
  | { readonly kind: 'left'; readonly output: string; readonly state: LeftState }
  /** Nothing more comes, although its process may live on. */
  | { readonly kind: 'over' };

/** Why an output was not made. */
const LEFT_STATES = ['failed', 'skipped', 'cancelled'] as const;
export type LeftState = (typeof LEFT_STATES)[number];

let opened = 0;

/**
 * A file that grows by a line as each output is begun and finished, on disk before the run goes on:
 * what a killed run leaves.
 */
export class Journal {
  private writing: Promise<unknown> = Promise.resolve();
  /** What is to be written next, and when that is on disk. */
  private readonly lines: string[] = [];
  private next: Promise<void> | undefined;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly token: string,
  ) {}

  static async create(folder: string, header: JournalHeader): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `journal-${process.pid}-${++opened}.jsonl`);
    const handle = await open(file, 'w', 0o600);
    const holder = holdAs(randomUUID());
    const journal = new Journal(file, handle, holder.token);
    try {
      await journal.append({ kind: 'header', header: { ...header, holder } });
    } catch (error) {
      await journal.remove();
      throw error;
    }
    return journal;
  }

  /**
   * `before` is the hash of what lies at the output now; the record's own output hash is not known
   * yet.
   */
  begin(
    output: string,
    record: Omit<OutputRecord, 'outputHash'>,
    before: string | undefined,
  ): Promise<void> {
    return this.append({ kind: 'begin', output, record: { ...record, outputHash: '' }, before });
  }

  done(output: string, record: OutputRecord): Promise<void> {
    return this.append({ kind: 'done', output, record });
  }

  /**
   * It failed or was left out. Only for who reads along: what was begun may be there all the same.
   */
  left(output: string, state: LeftState): Promise<void> {
    return this.append({ kind: 'left', output, state });
  }

  /** Keeps the file for the next run: what was made is not recorded elsewhere. */
  async close(): Promise<void> {
    await this.append({ kind: 'over' }).catch(() => undefined);
    await this.end();
  }

  private async end(): Promise<void> {
    await this.writing;
    await this.handle.close();
    release(this.token);
  }

  /** The run is over and its records are elsewhere. */
  async remove(): Promise<void> {
    await this.end();
    await rm(this.file, { force: true });
  }

  /** Lines that come while the disk is at others go to it together. */
  private append(line: Line): Promise<void> {
    this.lines.push(`${JSON.stringify(line)}\n`);
    if (this.next) return this.next;
    const next = this.writing.then(async () => {
      this.next = undefined;
      await this.handle.write(this.lines.splice(0).join(''));
      await this.handle.datasync();
    });
    this.next = next;
    this.writing = next.catch(() => undefined);
    return next;
  }
}

/** A run that was killed. */
export type Unfinished = {
  readonly files: readonly string[];
  readonly header: JournalHeader;
  /** Outputs that it finished. */
  readonly records: Records;
};

const LIMIT = 64 * 2 ** 20;
/** Of one line; the header names every picture that was ticked. */
const SHAPE = { levels: 4, values: 1_000_000 };

/**
 * Runs of a folder whose process is gone, as one. An output that was begun and is no longer what it
 * was before is complete, because results are moved to their place in one step. Journals are input:
 * a line that says something else than ours do is passed over, as one that was cut off is.
 */
export async function unfinishedRuns(
  folder: string,
  outputRoot: string,
  signal?: AbortSignal,
): Promise<Unfinished | undefined> {
  const files: string[] = [];
  const ids = new Set<string>();
  const records = new Map<string, OutputRecord>();
  const inputs = new Set<string>();
  let isWhole = false;
  let [root, place]: [string, string | undefined] = [outputRoot, undefined];
  for (const name of await journalNames(folder)) {
    const file = path.join(folder, name);
    const text = await readSmallText(file, {
      limit: LIMIT,
      seconds: 60,
      ...(signal ? { signal } : {}),
    }).catch(() => '');
    signal?.throwIfAborted();
    const all = parseJournal(text);
    if (!(await isAbandoned(name, all))) continue;
    files.push(file);
    const begun = new Map<string, Extract<Line, { kind: 'begin' }>>();
    for (const line of all) {
      if (line.kind === 'header') {
        for (const id of line.header.ids) ids.add(id);
        for (const input of line.header.inputs ?? []) inputs.add(input);
        isWhole ||= line.header.inputs === undefined;
        ({ root, place } = line.header);
      } else if (line.kind === 'begin') begun.set(line.output, line);
      else if (line.kind === 'done') {
        begun.delete(line.output);
        records.set(line.output, line.record);
      }
    }
    for (const { output, record, before } of begun.values()) {
      const now = await hashInside(outputRoot, output, signal);
      if (now !== undefined && now !== before) records.set(output, { ...record, outputHash: now });
    }
  }
  return files.length === 0
    ? undefined
    : {
        files,
        header: {
          root,
          ids: [...ids],
          ...(isWhole ? {} : { inputs: [...inputs] }),
          ...(place === undefined ? {} : { place }),
        },
        records: Object.fromEntries(records),
      };
}

/** Whether another process writes a journal there. */
export async function othersRun(folder: string): Promise<boolean> {
  for (const name of await journalNames(folder)) {
    if (journalProcess(name) === process.pid) continue;
    const text = await readSmallText(path.join(folder, name), { limit: LIMIT }).catch(() => '');
    if (!(await isAbandoned(name, parseJournal(text)))) return true;
  }
  return false;
}

/** The lines of a journal that are ours. One that was being written when the process died is not. */
export function parseJournal(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || !isModestJson(line, SHAPE)) return [];
    try {
      const value: unknown = JSON.parse(line);
      return isLine(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isLine(value: unknown): value is Line {
  if (!isObject(value)) return false;
  if (value.kind === 'header') return isHeader(value.header);
  if (value.kind === 'over') return true;
  if (!isInnerPath(value.output)) return false;
  if (value.kind === 'left') return LEFT_STATES.some((state) => state === value.state);
  return value.kind === 'done'
    ? isRecord(value.record)
    : value.kind === 'begin' &&
        isRecord(value.record, true) &&
        (value.before === undefined || typeof value.before === 'string');
}

const isHeader = (value: unknown): value is JournalHeader =>
  isObject(value) &&
  typeof value.root === 'string' &&
  Array.isArray(value.ids) &&
  value.ids.every((id) => typeof id === 'string') &&
  (value.inputs === undefined ||
    (Array.isArray(value.inputs) && value.inputs.length > 0 && value.inputs.every(isInnerPath))) &&
  [value.started, value.place].every((one) => one === undefined || typeof one === 'string');

/** Whether nobody writes a journal any more: it says so, or its process is gone. */
async function isAbandoned(name: string, all: readonly Line[]): Promise<boolean> {
  if (all.some(({ kind }) => kind === 'over')) return true;
  const pid = journalProcess(name);
  const header = all.find((line) => line.kind === 'header')?.header;
  // It may be writing its first line just now.
  if (!header) return !exists(pid);
  const { holder, started = '' } = header;
  const known = { started, boot: '', since: '', token: name, ...holderFrom(holder) };
  // Containers change their names between runs.
  return isGone({ ...known, pid, host: os.hostname() });
}
