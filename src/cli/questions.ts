import { createInterface } from 'node:readline/promises';
import { RpcError } from '../shared/rpc';
import { terminalText } from '../shared/safeText';

export type QuestionsOptions = {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Gives up the question that waits. */
  readonly signal: AbortSignal;
  /** Ctrl+C while a question waits: the terminal hands it to the question, not to the process. */
  readonly onInterrupt: () => void;
};

/** Asks on a terminal. */
export class Questions {
  constructor(private readonly options: QuestionsOptions) {}

  /**
   * Resolves with the trimmed answer. Rejects with code `cancelled` when the signal aborts, on
   * Ctrl+C and when the input ends.
   */
  async ask(question: string): Promise<string> {
    const { input, output, signal, onInterrupt } = this.options;
    const terminal = createInterface({ input, output });
    terminal.on('SIGINT', onInterrupt);
    const ended = new Promise<never>((_, reject) =>
      terminal.once('close', () => reject(new Error('closed'))),
    );
    try {
      return (
        await Promise.race([terminal.question(terminalText(question), { signal }), ended])
      ).trim();
    } catch {
      // The next line begins after the question.
      output.write('\n');
      throw new RpcError({ code: 'cancelled', message: 'Canceled.' });
    } finally {
      terminal.close();
    }
  }
}
