import { constants } from 'node:fs';
import { access, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileNameProblem, folderProblem, outputPathProblem } from '../shared/outputNames';
import { RpcError } from '../shared/rpc';
import { codeOf, isMissing } from './kinds';
import { followLinks, liesIn, notAFolderIn, realTarget } from './paths';
import { readOnlyDisk } from './systemError';
import { phrase } from '../shared/phrase';

/** Where a result is to go, and how far a setting, a recipe or a link may lead it. */
export type WantedPlace = {
  /** Absolute. */
  readonly path: string;
  /**
   * The folder that the result must lie in, absolute and with no link in it, as it was when the
   * person gave their word. Missing for a path that they named themselves: its own folder then.
   */
  readonly within?: string;
};

/** Of files on every common disk; some take less. */
const LONGEST_NAME = 255;

/** What lies at a place. */
export type Occupant = 'nothing' | 'file' | 'other';

/**
 * The one decision about where a result may go. It is made before any work, and again with `check`
 * right before each thing that is written: a folder may have become a link meanwhile.
 */
export class Place {
  private constructor(
    /** As it is called; with links in it, where the person has some. */
    readonly path: string,
    /** Where it really lies, within what it may: no link is in it. All is written there. */
    private readonly folder: string,
  ) {}

  /** Rejects with an `RpcError` that says why a result must not go there. Writes nothing. */
  static async find({ path: wanted, within }: WantedPlace): Promise<Place> {
    const output = path.resolve(wanted);
    const folder = await realFolder(output);
    const root = within ?? folder;
    // A path with no link in it has none in its beginning.
    if (!liesIn(root, folder))
      throw (await realTarget(root)) === root ? outside(output, root) : moved(root);
    const name = path.basename(output);
    // What a person typed may be a name that other systems can't have.
    const isElsewhere = process.platform !== 'win32';
    const isTyped = within === undefined && isElsewhere;
    const problem =
      (isTyped ? fileNameProblem(name) : outputPathProblem(name, isElsewhere)) ??
      folderProblem(
        path
          .relative(root, folder)
          .split(path.sep)
          .filter((part) => part !== ''),
      );
    if (problem !== undefined)
      throw new RpcError({
        code: 'output-name',
        message: phrase`No result is written to ${output}: ${problem}`,
        hint: phrase`Choose another name for the result.`,
      });
    return new Place(output, folder);
  }

  /** The path that is written to. */
  get real(): string {
    return this.beside(path.basename(this.path));
  }

  /** A path beside it. */
  beside(name: string): string {
    return path.join(this.folder, name);
  }

  /** Rejects when the place is no longer where it was found. */
  async check(): Promise<void> {
    if ((await realFolder(this.path)) !== this.folder) throw moved(path.dirname(this.path));
  }

  /**
   * Makes the folders that are missing, one by one, and checks before any work that files of these
   * names can be made there.
   */
  async prepare(...besides: readonly string[]): Promise<void> {
    this.checkFolders();
    const unwritable = (error: unknown): RpcError => this.unwritable(error);
    const found = await followLinks(path.dirname(this.path));
    if (!found || path.join(found.existing, ...found.missing) !== this.folder)
      throw moved(path.dirname(this.path));
    let at = found.existing;
    for (const name of found.missing) {
      const next = path.join(at, name);
      await mkdir(next).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw unwritable(error);
      });
      // Somebody else may have made it meanwhile, and of another kind.
      if ((await realpath(next).catch(() => undefined)) !== next) throw moved(next);
      at = next;
    }
    await access(this.folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw unwritable(error);
    });
    await this.checkNames(...besides);
    if (found.missing.length > 0) await this.check();
  }

  /**
   * Rejects when a name, or one beside it, is longer than the system takes. Writes nothing; a folder
   * that is not there yet may take less than is known of it.
   */
  async checkNames(...besides: readonly string[]): Promise<void> {
    this.checkFolders();
    const names = [path.basename(this.path), ...besides];
    const long = names.find(isTooLong);
    if (long !== undefined) throw this.tooLong(long);
    await Promise.all(
      names.map((name) =>
        lstat(this.beside(name)).catch((error: unknown) => {
          if (codeOf(error) === 'ENAMETOOLONG') throw this.tooLong(name);
          if (!isMissing(error)) throw this.unwritable(error);
        }),
      ),
    );
  }

  /**
   * Rejects when nothing can be written there now: into the folder, or the one that it would be made
   * in, nor over the file where that is to be replaced. Writes nothing.
   */
  async checkWritable(replaces: boolean): Promise<void> {
    for (let at = replaces ? this.real : this.folder; ; at = path.dirname(at)) {
      const info = await stat(at).catch(() => undefined);
      if (!info && path.dirname(at) !== at) continue;
      const isOwn = at === this.real;
      if (info && !isOwn && !info.isDirectory()) throw this.readOnly();
      await access(at, constants.W_OK).catch((error: unknown) => {
        throw this.readOnly(error);
      });
      // A file that may be written says nothing of its folder, where the new one is made.
      if (!isOwn) return;
    }
  }

  /** What lies there, or under another name in the same folder; links are not followed. */
  async occupant(file = this.real): Promise<Occupant> {
    const info = await lstat(file).catch(() => undefined);
    return info === undefined ? 'nothing' : info.isFile() ? 'file' : 'other';
  }

  /** Rejects when what lies there is no file that could be replaced. */
  async checkReplaceable(): Promise<void> {
    if ((await this.occupant()) === 'other') throw this.irreplaceable();
  }

  /**
   * Whether a result lies there, as those want to know who leave such alone; a link to one counts.
   * Rejects for what can be none: a folder, a device, a link to nothing, an empty file.
   */
  async hasResult(): Promise<boolean> {
    if ((await this.occupant()) === 'nothing') return false;
    const info = await stat(this.real).catch(() => undefined);
    if (info?.isFile() !== true) throw this.irreplaceable();
    if (info.size > 0) return true;
    throw new RpcError({
      code: 'output-unwritable',
      message: phrase`${this.path} exists and is empty, so it is no result.`,
      hint: phrase`Remove it, or choose another name for the result.`,
    });
  }

  /** Throws where a file lies in a folder's place, or where a folder's name is longer than the system takes. */
  private checkFolders(): void {
    const file = notAFolderIn(this.real);
    if (file !== undefined)
      throw new RpcError({
        code: 'output-unwritable',
        message: phrase`${file} is not a folder, so nothing can lie in it.`,
        hint: phrase`Check the path, or choose another folder.`,
      });
    const long = this.folder.split(path.sep).find(isTooLong);
    if (long !== undefined)
      throw new RpcError({
        code: 'name-too-long',
        message: phrase`The folder's name ${long} is too long for a disk.`,
        hint: phrase`Check the path, or choose another folder.`,
      });
  }

  private irreplaceable(): RpcError {
    return new RpcError({
      code: 'output-unwritable',
      message: phrase`${this.path} exists and is not an ordinary file but a link, a folder or a device.`,
      hint: phrase`Remove it, or choose another name for the result.`,
    });
  }

  private readOnly(error?: unknown): RpcError {
    if (codeOf(error) === 'EROFS') return readOnlyDisk(path.dirname(this.path));
    return new RpcError({
      code: 'folder-read-only',
      message: phrase`${path.basename(this.path)} can't be written: its folder, or the file, is read-only.`,
      hint: phrase`Check the permissions of the folder, or choose another one.`,
    });
  }

  private tooLong(name: string): RpcError {
    return new RpcError({
      code: 'name-too-long',
      message: phrase`The name ${name} is too long for ${path.dirname(this.path)}.`,
      hint: phrase`Use a shorter name pattern, or give the source a shorter name.`,
      remedies: [{ kind: 'change-setting', setting: 'namePattern' }],
    });
  }

  private unwritable(error: unknown): RpcError {
    if (codeOf(error) === 'ENAMETOOLONG') return this.tooLong(path.basename(this.path));
    if (codeOf(error) === 'EROFS') return readOnlyDisk(path.dirname(this.path));
    return new RpcError({
      code: 'output-unwritable',
      message: phrase`No file can be written to ${path.dirname(this.path)}.`,
      hint: phrase`Check the permissions of the folder, or choose another one.`,
      detail: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Names are counted in bytes on Linux, and elsewhere in what JavaScript counts. */
const isTooLong = (name: string): boolean =>
  (process.platform === 'linux' ? Buffer.byteLength(name) : name.length) > LONGEST_NAME;

async function realFolder(output: string): Promise<string> {
  const folder = path.dirname(output);
  const real = await realTarget(folder);
  if (real !== undefined) return real;
  const isLoop = await realpath(folder).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ELOOP',
  );
  throw new RpcError({
    code: 'output-outside',
    message: isLoop
      ? phrase`${folder} has a link in it that leads to itself, so nothing is written there.`
      : phrase`${folder} has a link in it that leads nowhere, so nothing is written there.`,
    hint: phrase`Remove the link, or choose another folder.`,
  });
}

const outside = (output: string, root: string): RpcError =>
  new RpcError({
    code: 'output-outside',
    message: phrase`${output} would lie outside ${root}, so nothing is written there.`,
    hint: phrase`Look for a link among its folders, or choose another folder.`,
  });

const moved = (folder: string): RpcError =>
  new RpcError({
    code: 'output-outside',
    message: phrase`${folder} has become a link, or leads elsewhere now, so nothing is written there.`,
    hint: phrase`See what has changed in that folder, then try again.`,
  });
