import { SingleBar } from 'cli-progress';
import { jsonText, terminalText } from '../shared/safeText';

/**
 * Everything that this program prints: results on stdout, all else on stderr, each a line in which
 * names and errors are only words.
 */

/** The reader went away, as `head` does; what is to be made is made all the same. */
const ignoreClosed = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
};
process.stdout.on('error', ignoreClosed);
process.stderr.on('error', ignoreClosed);

/** A result. */
export const print = (line = ''): void => void process.stdout.write(`${terminalText(line)}\n`);

/** A result for programs, on one line. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(`${jsonText(value)}\n`);

/** What a person should know. */
export const tell = (line = ''): void => void process.stderr.write(`${terminalText(line)}\n`);

/** Whether somebody sees the progress. */
export const isWatched = (): boolean => process.stderr.isTTY;

/** Whether somebody can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Between what a question is asked. */
export const streamsOfQuestions = (): {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
} => ({ input: process.stdin, output: process.stderr });

/** Replaces the line that the cursor is on, as far as it fits. */
export function drawLine(text: string): void {
  const line = terminalText(text).slice(0, Math.max(20, process.stderr.columns - 1));
  process.stderr.write(`\r\x1b[K${line}`);
}

/** Where commander writes its help and its complaints, which quote what was typed. */
export const commanderOutput = {
  writeOut: (text: string): void => lines(text).forEach(print),
  writeErr: (text: string): void => lines(text).forEach(tell),
  // Nothing was parsed that says who reads: a program that asked for JSON gets an object here, too.
  outputError: (text: string, write: (text: string) => void): void => {
    if (process.argv.includes('--json'))
      printJson({
        error: { code: 'bad-setting', message: text.replace(/^error: /, '').trimEnd() },
      });
    write(text);
  },
};

const lines = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');

/** A bar on a terminal with texts beside it; nothing where nobody watches. */
export class TextBar {
  private bar: SingleBar | undefined;

  /** `format`: cli-progress's, with `{bar}` and the names of texts. */
  constructor(private readonly format: string) {}

  draw(value: number, total: number, texts: Readonly<Record<string, string>>): void {
    if (!isWatched()) return;
    const shown = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, terminalText(text)]),
    );
    if (!this.bar) {
      this.bar = new SingleBar({
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        format: this.format,
      });
      this.bar.start(total, value, shown);
      return;
    }
    this.bar.setTotal(total);
    this.bar.update(value, shown);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
