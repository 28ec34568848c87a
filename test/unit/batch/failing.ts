import fs from 'node:fs/promises';
import path from 'node:path';
import { mock } from 'node:test';

const CALLS = ['readdir', 'lstat', 'stat', 'realpath', 'open'] as const;
/** While the work goes on, the system answers so for a path and, with `below`, for what lies in it. */
export async function failing<T>(
  code: string,
  place: string,
  work: () => Promise<T>,
  { calls = CALLS, below = true }: { calls?: readonly (typeof CALLS)[number][]; below?: boolean },
): Promise<T> {
  const mocks = calls.map((call) => {
    const real = fs[call] as (...args: readonly unknown[]) => Promise<unknown>;
    return mock.method(fs, call, (async (file: string, ...rest: readonly unknown[]) => {
      if (file === place ? call === 'readdir' || !below : file.startsWith(place + path.sep))
        throw Object.assign(new Error(`${code}: no, ${call} '${file}'`), {
          code,
          syscall: call === 'readdir' ? 'scandir' : call,
          path: file,
        });
      return real(file, ...rest);
    }) as never);
  });
  try {
    return await work();
  } finally {
    for (const each of mocks) each.mock.restore();
  }
}
