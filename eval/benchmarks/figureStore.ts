import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figures } from './figures';

/** Figures by keys of all that they depend on, which a later run takes up. */
export class FigureStore {
  private readonly figures: Record<string, Figures>;
  private readonly file: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'benchmark-cache.json');
    this.figures = existsSync(this.file)
      ? (JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, Figures>)
      : {};
  }

  get(key: string): Figures | undefined {
    return this.figures[key];
  }

  set(key: string, figures: Figures): void {
    this.figures[key] = figures;
  }

  /** Writes the file; what was added since the last time is else lost. */
  save(): void {
    writeFileSync(`${this.file}.part`, JSON.stringify(this.figures));
    renameSync(`${this.file}.part`, this.file);
  }
}
