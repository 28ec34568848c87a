import path from 'node:path';

const LONGEST = 60;

/** An id for a model in a file: its name in lower-case letters, digits and "-". */
export function idFor(name: string): string {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return id === '' ? 'model' : id;
}

/** The first of `id`, `id-2`, `id-3` … that `isTaken` does not know. */
export function freeId(id: string, isTaken: (id: string) => boolean): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? id : `${id}-${n}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** The name of a file without the ending. */
export const bareName = (file: string): string => path.basename(file, path.extname(file));
