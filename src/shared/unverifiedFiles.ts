/** A file of a model that nothing vouches for. */
export type UnverifiedFile = { readonly path: string; readonly sha256: string };

/** The files as an error's detail carries them: lines as `sha256sum` writes them. */
export const unverifiedDetail = (files: readonly UnverifiedFile[]): string =>
  files.map(({ path, sha256 }) => `${sha256}  ${path}`).join('\n');

/** The files that the detail of a `weights-unverified` error names. */
export function unverifiedIn(detail: string | undefined): readonly UnverifiedFile[] {
  return [...(detail ?? '').matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(
    ([, sha256 = '', path = '']) => ({ path, sha256 }),
  );
}
