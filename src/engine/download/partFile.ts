import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';

/** What tells whether a later answer is about the same file. */
export type Validator = { readonly url: string; readonly etag: string | undefined; readonly lastModified: string | undefined; readonly bytes: number | undefined };

/** A file that is being downloaded, with a note of where it came from, so that any later process can go on. */
export class PartFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private hash: Hash,
    private length: number,
    private known: Validator | undefined,
  ) {}

  /** Opens or creates a part; what is there is hashed. */
  static async open(path: string, signal: AbortSignal): Promise<PartFile> {
    const file = await open(path, 'a+');
    const { size } = await file.stat();
    const hash = createHash('sha256');
    if (size > 0) for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) hash.update(chunk as Buffer);
    return new PartFile(path, file, hash, size, await readValidator(noteOf(path)));
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.length;
  }

  get validator(): Validator | undefined {
    return this.known;
  }

  async keep(validator: Validator): Promise<void> {
    this.known = validator;
    await writeFile(noteOf(this.path), JSON.stringify(validator));
  }

  async append(chunk: Buffer): Promise<void> {
    let done = 0;
    while (done < chunk.length) done += (await this.file.write(chunk, done)).bytesWritten;
    this.hash.update(chunk);
    this.length += chunk.length;
  }

  /** Forgets what is here. */
  async restart(): Promise<void> {
    if (this.length > 0) await this.file.truncate(0);
    this.length = 0;
    this.hash = createHash('sha256');
    this.known = undefined;
    await rm(noteOf(this.path), { force: true });
  }

  /** SHA-256 of what is here, in hexadecimal. */
  sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /** Puts everything on disk; the caller then gives the file its name. */
  async finish(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    await rm(noteOf(this.path), { force: true });
  }

  /** Removes the part; the object may go on to be used. */
  async discard(): Promise<void> {
    await this.restart();
  }

  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
    if (this.length === 0) await rm(this.path, { force: true });
  }
}

const noteOf = (path: string): string => `${path}.json`;

async function readValidator(file: string): Promise<Validator | undefined> {
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    const url = text(json.url);
    return url === undefined ? undefined : { url, etag: text(json.etag), lastModified: text(json.lastModified), bytes: typeof json.bytes === 'number' ? json.bytes : undefined };
  } catch {
    return undefined;
  }
}
