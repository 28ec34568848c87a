import { isDeviceName } from './deviceNames';
import { formatFromName } from './extensions';
import { phrase, type Words } from './phrase';

/** Where version control keeps its own files, which nobody else writes to. */
const VERSION_CONTROL = new Set(['.git', '.hg', '.svn', 'git~1']);
/** Letters that some file systems leave out of a name. */
const IGNORED_LETTERS = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * What is wrong with the path of a result that a pattern, a recipe or a set has yielded, with "/"
 * between its folders; undefined when nothing is. The same on every system, since a recipe holds
 * on all of them; but for a colon, which pictures of other systems have in their own names
 * (`takesColon`).
 */
export function outputPathProblem(relative: string, takesColon = false): Words | undefined {
  const segments = relative.split('/');
  for (const segment of segments) {
    if (segment === '') return phrase`"${relative}" has a folder or a file without a name.`;
    if (segment === '.' || segment === '..') return phrase`"${relative}" has "${segment}" in it.`;
    if (segment.includes('\\') || segment.includes('\0'))
      return phrase`"${relative}" has a character that no name may have ("\\").`;
    if (!takesColon && segment.includes(':'))
      return phrase`"${segment}" has a colon, which stands for something else on Windows.`;
    if (/[. ]$/.test(segment))
      return phrase`"${segment}" ends with a dot or a space, which Windows leaves out.`;
    if (isDeviceName(segment)) return phrase`"${segment}" is the name of a device on Windows.`;
  }
  return folderProblem(segments.slice(0, -1)) ?? fileNameProblem(segments.at(-1) ?? '');
}

/** What is wrong with the folders below the one that is allowed. */
export function folderProblem(folders: readonly string[]): Words | undefined {
  const own = folders.find((folder) =>
    VERSION_CONTROL.has(folder.replace(IGNORED_LETTERS, '').toLowerCase()),
  );
  return own === undefined ? undefined : phrase`"${own}" belongs to version control.`;
}

/** What is wrong with the name that a picture is to get, wherever it lies. */
export function fileNameProblem(name: string): Words | undefined {
  if (formatFromName(name) === undefined)
    return phrase`"${name}" does not end like a picture that can be written (.png, .jpg, .webp …).`;
  const stem = name.slice(0, name.lastIndexOf('.'));
  if (/^[. ]*$/.test(stem)) return phrase`"${name}" has no name before its extension.`;
  return undefined;
}
