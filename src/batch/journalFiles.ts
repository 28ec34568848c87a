import { readdir } from 'node:fs/promises';

/** A journal's name: the number of the process that writes it, and which of its journals it is. */
const NAME = /^journal-(\d{1,10})-\d{1,10}\.jsonl$/;

/** Names of the journals in a folder, in order; none where there is no folder. */
export const journalNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort();

/** Whether a run is going on in a folder, or was interrupted. */
export const hasJournals = async (folder: string): Promise<boolean> =>
  (await journalNames(folder)).length > 0;

/** Number of the process that writes, or wrote, the journal of that name. */
export const journalProcess = (name: string): number => Number(NAME.exec(name)?.[1]);
