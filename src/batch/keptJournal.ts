import { Journal, type JournalHeader } from './journal';

/**
 * A journal that a run can do without: where the disk takes no more of it, that is told once, and
 * pictures are made all the same. A killed run would not go on then.
 */
export class KeptJournal implements Pick<Journal, 'begin' | 'done' | 'left'> {
  private constructor(
    private readonly journal: Journal | undefined,
    private readonly onTrouble: (error: unknown) => void,
    private isUsed = journal !== undefined,
  ) {}

  /** Never rejects; `onTrouble` learns why there is none. */
  static async open(
    folder: string,
    header: JournalHeader,
    onTrouble: (error: unknown) => void,
  ): Promise<KeptJournal> {
    try {
      return new KeptJournal(await Journal.create(folder, header), onTrouble);
    } catch (error) {
      onTrouble(error);
      return new KeptJournal(undefined, onTrouble);
    }
  }

  begin(...line: Parameters<Journal['begin']>): Promise<void> {
    return this.attempt((journal) => journal.begin(...line));
  }

  done(...line: Parameters<Journal['done']>): Promise<void> {
    return this.attempt((journal) => journal.done(...line));
  }

  left(...line: Parameters<Journal['left']>): Promise<void> {
    return this.attempt((journal) => journal.left(...line));
  }

  /** Whether all that was made stands in it, so that the next run learns of it. */
  get isKept(): boolean {
    return this.isUsed;
  }

  /** Keeps the file for the next run. */
  async close(): Promise<void> {
    await this.journal?.close().catch(this.onTrouble);
  }

  /** The run is over, and its records are elsewhere. */
  async remove(): Promise<void> {
    await this.journal?.remove().catch(this.onTrouble);
  }

  private async attempt(use: (journal: Journal) => Promise<void>): Promise<void> {
    if (!this.journal || !this.isUsed) return;
    try {
      await use(this.journal);
    } catch (error) {
      this.isUsed = false;
      this.onTrouble(error);
    }
  }
}
