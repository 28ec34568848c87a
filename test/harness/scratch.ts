import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where the scratch folders of this user lie. */
export const scratchRoot = (): string =>
  path.join(os.tmpdir(), `pisa-upscale-${process.getuid?.() ?? 'user'}`);

/** Absolute paths of the scratch folders that a process has. */
export const scratchOf = (pid: number | undefined): string[] =>
  (existsSync(scratchRoot()) ? readdirSync(scratchRoot()) : [])
    .filter((name) => name.startsWith(`${String(pid)}-`))
    .map((name) => path.join(scratchRoot(), name));

/** Makes a scratch folder as if a process had left it. */
export function leaveScratch(pid: number, id: string): string {
  const folder = path.join(scratchRoot(), `${pid}-${id}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
