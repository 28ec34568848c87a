import { mkdir, open, readdir, readFile, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, processStart } from '../client/processStart';
import { hashFile } from './hash';
import type { OutputRecord, Records } from './types';

/** What a run was asked to do, so that it can go on. */
export type JournalHeader = {
  readonly root: string;
  /** The ids that were ticked. */
  readonly ids: readonly string[];
  /**
   * When the process that writes it was started, where that can be told: numbers of processes are
   * used again.
   */
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
  | { readonly kind: 'done'; readonly output: string; readonly record: OutputRecord };

const NAME = /^journal-(\d+)-\d+\.jsonl$/;
let opened = 0;

/**
 * A file that grows by a line as each output is begun and finished, on disk before the run goes on:
 * what a killed run leaves.
 */
export class Journal {
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(folder: string, header: JournalHeader): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `journal-${process.pid}-${++opened}.jsonl`);
    const journal = new Journal(file, await open(file, 'w'));
    await journal.append({
      kind: 'header',
      header: { ...header, started: processStart(process.pid) },
    });
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

  /** Keeps the file: the run is not over. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle.close();
  }

  /** The run is over and its records are elsewhere. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.file, { force: true });
  }

  private append(line: Line): Promise<void> {
    const next = this.writing.then(async () => {
      await this.handle.write(`${JSON.stringify(line)}\n`);
      await this.handle.datasync();
    });
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

/**
 * Runs of a folder whose process is gone, as one. An output that was begun and is no longer what it
 * was before is complete, because results are moved to their place in one step.
 */
export async function unfinishedRuns(
  folder: string,
  outputRoot: string,
): Promise<Unfinished | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort();
  const files: string[] = [];
  const ids = new Set<string>();
  const records: Record<string, OutputRecord> = {};
  let root = outputRoot;
  for (const name of names) {
    const file = path.join(folder, name);
    const all = lines(await readFile(file, 'utf8').catch(() => ''));
    if (!isAbandoned(name, all)) continue;
    files.push(file);
    const begun = new Map<string, Extract<Line, { kind: 'begin' }>>();
    for (const line of all) {
      if (line.kind === 'header') {
        for (const id of line.header.ids) ids.add(id);
        ({ root } = line.header);
      } else if (line.kind === 'begin') begun.set(line.output, line);
      else {
        begun.delete(line.output);
        records[line.output] = line.record;
      }
    }
    for (const { output, record, before } of begun.values()) {
      const now = await hashFile(path.join(outputRoot, output)).catch(() => undefined);
      if (now !== undefined && now !== before) records[output] = { ...record, outputHash: now };
    }
  }
  return files.length === 0 ? undefined : { files, header: { root, ids: [...ids] }, records };
}

/** A line that was being written when the process died is no JSON, and the last. */
function lines(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}

/** Whether the process that wrote a journal is gone. */
const isAbandoned = (name: string, all: readonly Line[]): boolean =>
  !isAlive(Number(NAME.exec(name)?.[1]), startedOf(all));

const startedOf = (all: readonly Line[]): string =>
  all.find((line) => line.kind === 'header')?.header.started ?? '';
