import path from 'node:path';

/** Reads a small text; undefined where there is none, or none that can be read. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** A place in the network, as a `.git` of somebody else's may name one. */
const OF_NETWORK = /^(?:\\\\|\/\/)/;

/**
 * Whether rules of `.gitignore` take "A" for "a", as Git decides it: by `core.ignorecase` of the
 * repository that a folder lies in, which Git notes when it makes one. Where that says nothing, by
 * what disks of the system mostly do.
 */
export class GitCase {
  private readonly known = new Map<string, Promise<boolean>>();

  constructor(
    private readonly readText: ReadText,
    private readonly isRepository: (folder: string) => Promise<boolean>,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  /** @param folder absolute */
  isIgnoredIn(folder: string): Promise<boolean> {
    let found = this.known.get(folder);
    if (!found) {
      found = this.find(folder);
      this.known.set(folder, found);
    }
    return found;
  }

  private async find(folder: string): Promise<boolean> {
    const usual = this.platform === 'win32' || this.platform === 'darwin';
    if (await this.isRepository(folder)) {
      const file = path.join(await this.gitFolder(path.join(folder, '.git')), 'config');
      return ignoreCaseOf((await this.readText(file)) ?? '') ?? usual;
    }
    const parent = path.dirname(folder);
    return parent === folder ? usual : this.isIgnoredIn(parent);
  }

  /** Of a second working tree or a submodule, `.git` is a file that names the folder. */
  private async gitFolder(git: string): Promise<string> {
    const own = await this.placeIn(git, /^gitdir: *(.+)$/m);
    if (own === undefined) return git;
    return (await this.placeIn(path.join(own, 'commondir'), /^(.+)$/m)) ?? own;
  }

  private async placeIn(file: string, line: RegExp): Promise<string | undefined> {
    const place = line.exec((await this.readText(file)) ?? '')?.[1]?.trim();
    return place === undefined || OF_NETWORK.test(place)
      ? undefined
      : path.resolve(path.dirname(file), place);
  }
}

/** `core.ignorecase` of a configuration of Git; undefined where it says nothing of it. */
export function ignoreCaseOf(config: string): boolean | undefined {
  let isCore = false;
  let found: boolean | undefined;
  for (const line of config.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line);
    if (header) isCore = header[1]?.toLowerCase() === 'core';
    const rest = line.slice(header?.[0].length ?? 0).replace(/[#;].*$/, '');
    const setting = /^\s*ignorecase\s*(?:=\s*(.*?)\s*)?$/i.exec(rest);
    if (isCore && setting) found = truthOf(setting[1]) ?? found;
  }
  return found;
}

/** As Git reads a value; a key alone is true. */
function truthOf(value: string | undefined): boolean | undefined {
  const word = (value ?? 'true').replaceAll('"', '').trim().toLowerCase();
  if (['true', 'yes', 'on'].includes(word) || /^[+-]?0*[1-9]\d*$/.test(word)) return true;
  return ['false', 'no', 'off', ''].includes(word) || /^[+-]?0+$/.test(word) ? false : undefined;
}
