import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { readSmallText } from '../../files/readSmall';
import { RpcError, wordsOf } from '../../shared/rpc';
import { engineError, messageOf, systemCode } from '../errors';
import { phrase } from '../../shared/phrase';

/** What tells whether a later answer is about the same file. */
export type Validator = {
  /** See `mirrorId`. */
  readonly mirror: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly bytes?: number;
};

/**
 * A file that is being downloaded, with a note (`.json`) of where it came from, so that any later
 * process can go on. Its methods reject with `disk-full` or `output-unwritable`.
 */
export class PartFile {
  private finished = false;
  private forgotten = 0;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private hash: Hash,
    private length: number,
    private known: Validator | undefined,
  ) {}

  /** Opens or creates a part; what is there is hashed. */
  static open(path: string, signal: AbortSignal): Promise<PartFile> {
    return onDisk(path, async () => {
      // Not append mode: on Windows such a file can't be cut.
      const file = await open(path, constants.O_RDWR | constants.O_CREAT);
      try {
        const hash = createHash('sha256');
        let length = 0;
        for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
          hash.update(chunk as Buffer);
          length += (chunk as Buffer).length;
        }
        return new PartFile(path, file, hash, length, await readNote(noteOf(path)));
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.length;
  }

  /** How often bytes were thrown away. */
  get restarts(): number {
    return this.forgotten;
  }

  /** Of the bytes that are here; undefined when it is not known where they came from. */
  get validator(): Validator | undefined {
    return this.known;
  }

  /** Notes where the bytes come from. */
  async note(validator: Validator): Promise<void> {
    this.known = validator;
    await onDisk(this.path, () =>
      writeFile(noteOf(this.path), JSON.stringify(validator), { mode: 0o600 }),
    );
  }

  async append(chunk: Buffer): Promise<void> {
    await onDisk(this.path, async () => {
      for (let rest = chunk; rest.length > 0;) {
        const { bytesWritten } = await this.file.write(rest, 0, rest.length, this.length);
        this.hash.update(rest.subarray(0, bytesWritten));
        this.length += bytesWritten;
        rest = rest.subarray(bytesWritten);
      }
    });
  }

  /** Forgets what is here. */
  async restart(): Promise<void> {
    await onDisk(this.path, async () => {
      if (this.length > 0) await this.file.truncate(0);
      await rm(noteOf(this.path), { force: true });
    });
    if (this.length > 0) this.forgotten++;
    this.length = 0;
    this.hash = createHash('sha256');
    this.known = undefined;
  }

  /** SHA-256 of what is here, in hexadecimal. */
  sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /** Puts everything on disk and gives the file its name. */
  async finish(destination: string): Promise<void> {
    await onDisk(destination, async () => {
      await this.file.datasync();
      await this.file.close();
      await rename(this.path, destination);
      this.finished = true;
      await rm(noteOf(this.path), { force: true });
    });
  }

  /** Lets go of the file. What is here stays for a later call. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
    if (this.length > 0 || this.finished) return;
    await rm(this.path, { force: true });
    await rm(noteOf(this.path), { force: true });
  }
}

/** Gives an error of the disk its code and advice. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof RpcError || code === undefined || code === 'ABORT_ERR') throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw engineError('disk-full', {
        message: phrase`The disk is full: ${path} could not be written.`,
        hint: phrase`Free some space and try again; what has arrived is kept.`,
        detail: messageOf(error),
      });
    }
    throw engineError('output-unwritable', {
      message: phrase`${path} could not be written: ${wordsOf(error)}.`,
      hint: phrase`Check that the folder can be written, or choose another one for the models.`,
    });
  }
}

const noteOf = (path: string): string => `${path}.json`;

async function readNote(file: string): Promise<Validator | undefined> {
  try {
    const { mirror, etag, lastModified, bytes } = JSON.parse(
      await readSmallText(file, { limit: 2 ** 16 }),
    ) as Record<string, unknown>;
    if (typeof mirror !== 'string') return undefined;
    return {
      mirror,
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof lastModified === 'string' ? { lastModified } : {}),
      ...(typeof bytes === 'number' ? { bytes } : {}),
    };
  } catch {
    // No note or a damaged one: the part is fetched anew.
    return undefined;
  }
}
