import { randomUUID } from 'node:crypto';
import { removeTree } from '../files/removeTree';
import { removeTemporary } from '../files/scratchFolder';
import { makeScratch } from './scratch';

/**
 * The temporary files of one job: its scratch folder, and the file beside the target while it is
 * being encoded.
 */
export class JobFiles {
  private readonly besideTarget = new Set<string>();

  private constructor(
    readonly jobId: string,
    readonly scratchDirectory: string,
  ) {}

  static async create(): Promise<JobFiles> {
    const jobId = randomUUID();
    return new JobFiles(jobId, await makeScratch(jobId));
  }

  note(file: string): void {
    this.besideTarget.add(file);
  }

  /** Removes whatever is left, however the job ended. */
  async remove(): Promise<void> {
    await removeTree(this.scratchDirectory);
    for (const file of this.besideTarget) await removeTemporary(file);
  }
}

/**
 * A folder for what previews leave for a panel to read. It outlives the calls that write into it.
 */
export type PreviewFolder = {
  readonly directory: string;
  /** Removes it with all its files; not while a call writes into it. */
  remove(): Promise<void>;
};

/** Makes a folder that is swept like any other scratch folder when its owner dies. */
export async function createPreviewFolder(): Promise<PreviewFolder> {
  const directory = await makeScratch();
  return { directory, remove: () => removeTree(directory) };
}
