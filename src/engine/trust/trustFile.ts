import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { readSmallText } from '../../files/readSmall';
import { isObject } from '../../shared/json';

const LIMIT = 8 * 2 ** 20;
const VERSION = 1;
/** Findings that are kept, those that were found out last: models come and go. */
const MOST = 256;

/** Where findings are kept: the place that the operating system has for a program's caches. */
export const defaultTrustFile = (): string =>
  path.join(envPaths('pisa-upscale', { suffix: '' }).cache, 'devices.json');

/** What was found out, and for what it holds. */
export type Finding<T> = {
  /** Of everything that the finding depends on. */
  readonly key: string;
  /** Milliseconds since 1970 after which it is found out anew; missing for never. */
  readonly until?: number;
  readonly value: T;
};

/**
 * Findings about devices, kept in a file for other processes and later ones. It is a convenience:
 * a file that can't be read or written costs a check, and no error.
 */
export class TrustFile {
  /** Without a path findings live as long as this object. */
  constructor(private readonly file?: string) {}

  private known: Promise<Map<string, Finding<unknown>>> | undefined;
  private written: Promise<void> = Promise.resolve();

  /**
   * What was found out under `name` for `key`. `isWhole` says whether a value that was read is one.
   */
  async get<T>(
    name: string,
    key: string,
    isWhole: (value: unknown) => value is T,
  ): Promise<T | undefined> {
    this.known ??= this.read();
    const finding = (await this.known).get(name);
    if (finding?.key !== key || !isWhole(finding.value)) return undefined;
    if (finding.until !== undefined && finding.until < Date.now()) return undefined;
    return finding.value;
  }

  /** Keeps a finding in place of the one that `name` had. Never fails. */
  set(name: string, finding: Finding<unknown>): Promise<void> {
    // One after another: what one reads, merges and writes has all that was kept before it.
    this.written = this.written.then(() => this.merge(name, finding)).catch(() => undefined);
    return this.written;
  }

  private async merge(name: string, finding: Finding<unknown>): Promise<void> {
    // Another process may have written since.
    const findings = await this.read();
    for (const [other, value] of (await this.known) ?? []) {
      if (!findings.has(other)) findings.set(other, value);
    }
    findings.delete(name);
    findings.set(name, finding);
    for (const oldest of [...findings.keys()].slice(0, -MOST)) findings.delete(oldest);
    this.known = Promise.resolve(findings);
    await this.write(findings);
  }

  private async read(): Promise<Map<string, Finding<unknown>>> {
    const findings = new Map<string, Finding<unknown>>();
    if (this.file === undefined) return findings;
    try {
      const json: unknown = JSON.parse(await readSmallText(this.file, { limit: LIMIT }));
      if (!isObject(json) || json.version !== VERSION || !isObject(json.findings)) return findings;
      for (const [name, finding] of Object.entries(json.findings))
        if (isFinding(finding)) findings.set(name, finding);
    } catch {
      // None yet, or damaged.
    }
    return findings;
  }

  private async write(findings: ReadonlyMap<string, Finding<unknown>>): Promise<void> {
    if (this.file === undefined) return;
    await mkdir(path.dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${randomUUID()}`;
    try {
      const json = { version: VERSION, findings: Object.fromEntries(findings) };
      await writeFile(temporary, `${JSON.stringify(json, null, 1)}\n`, { mode: 0o600, flag: 'wx' });
      await rename(temporary, this.file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

const isFinding = (value: unknown): value is Finding<unknown> =>
  isObject(value) &&
  typeof value.key === 'string' &&
  (value.until === undefined || typeof value.until === 'number') &&
  'value' in value;
