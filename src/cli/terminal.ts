import { SingleBar } from 'cli-progress';
import { codeOf } from '../files/kinds';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';
import { jsonText, terminalText } from '../shared/safeText';

/**
 * Everything that this program prints: results on stdout, all else on stderr, each a line in which
 * names and errors are only words.
 */

/** The reader went away, as `head` or a terminal that is closed does: nobody misses the rest. */
const GONE: readonly unknown[] = ['EPIPE', 'EIO'];
let lost: RpcError | undefined;

/** Whatever becomes of the words, what is to be made is made. */
function onError(stream: NodeJS.WriteStream, error: unknown): void {
  if (GONE.includes(codeOf(error)) || stream !== process.stdout || lost) return;
  lost = RpcError.from(named(error, 'stdout'));
  tell(
    lost.code === 'disk-full'
      ? 'The results can’t be printed: no space is left where stdout goes.'
      : `The results can’t be printed: ${lost.message}`,
  );
}
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: unknown) => onError(stream, error));

/** A file takes its words at once, and throws where it takes none. */
function write(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch (error) {
    onError(stream, error);
  }
}

/** Results that nobody can read are none. Known only at the end: the system may say so after the last word. */
process.on('exit', () => {
  if (lost) process.exitCode ||= 1;
});

/** A result. */
export const print = (line = ''): void => write(process.stdout, `${terminalText(line)}\n`);

/** A result for programs, on one line. */
export const printJson = (value: unknown): void => write(process.stdout, `${jsonText(value)}\n`);

/** What a person should know. */
export const tell = (line = ''): void => write(process.stderr, `${terminalText(line)}\n`);

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
  write(process.stderr, `\r\x1b[K${line}`);
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
