import { randomUUID } from 'node:crypto';

/** The part of VS Code's `Memento` that this needs. */
export type Store = {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
};

const KEY = 'comparisons';
const MOST = 50;

type Entry = { readonly word: string; readonly value: unknown };

/**
 * Remembers what open panels show, by a word that the webview keeps: so a panel finds its pictures
 * again after a restart. The last 50 are kept.
 */
export class ComparisonSessions {
  constructor(private readonly store: Store) {}

  /** Keeps a value and tells its word. The same value keeps its word, and becomes the newest. */
  async remember(value: unknown): Promise<string> {
    const text = JSON.stringify(value);
    const entries = this.entries();
    const known = entries.find((entry) => JSON.stringify(entry.value) === text);
    const entry = known ?? { word: randomUUID(), value };
    await this.store.update(
      KEY,
      [...entries.filter(({ word }) => word !== entry.word), entry].slice(-MOST),
    );
    return entry.word;
  }

  /** Keeps another value under a word, which becomes the newest. */
  async replace(word: string, value: unknown): Promise<void> {
    const others = this.entries().filter((entry) => entry.word !== word);
    await this.store.update(KEY, [...others, { word, value }].slice(-MOST));
  }

  /** What was remembered under a word; undefined when it is unknown or no word. */
  recall(word: unknown): unknown {
    return this.entries().find((entry) => entry.word === word)?.value;
  }

  private entries(): readonly Entry[] {
    const stored = this.store.get(KEY);
    return Array.isArray(stored) ? stored.filter(isEntry) : [];
  }
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  'word' in value &&
  typeof value.word === 'string' &&
  'value' in value;
