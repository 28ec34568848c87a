import { unencryptedAddresses } from '../shared/addresses';
import type { Consent } from '../shared/modelProtocol';
import { RpcError } from '../shared/rpc';
import { unverifiedIn, type UnverifiedFile } from '../shared/unverifiedFiles';
import { Questions } from './questions';
import { canAsk, streamsOfQuestions, tell } from './terminal';

/** Whoever sits at the terminal; undefined when there is nobody to ask. */
export function questionsOnTerminal(signal: AbortSignal): Questions | undefined {
  if (!canAsk()) return undefined;
  return new Questions({
    ...streamsOfQuestions(),
    signal,
    onInterrupt: () => void process.kill(process.pid, 'SIGINT'),
  });
}

/** Asks a question that only a plain yes answers with yes. */
export const agrees = async (questions: Questions, question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await questions.ask(`${question} [y/N] `));

/** Whether mirrors may be asked over plain http; the engine refuses it without. */
export async function agreesToHttp(
  mirrors: readonly string[],
  questions: Questions | undefined,
): Promise<boolean> {
  const open = unencryptedAddresses(mirrors);
  if (open.length === 0 || !questions) return false;
  return agrees(
    questions,
    `${open.join(', ')} would be asked over plain http, which others on the way can read and ` +
      'change. Go on?',
  );
}

export type ConsentOptions = {
  /** Whether the person agreed to every unverified file in advance. */
  readonly acceptUnverified: boolean;
  readonly questions: Questions | undefined;
};

/**
 * Does work that may find files which nothing vouches for: then it shows them with their SHA-256
 * and, if the person agrees to them, does it again. Rejects as the work does.
 */
export async function withConsent<T>(
  { acceptUnverified, questions }: ConsentOptions,
  work: (consent: Consent) => Promise<T>,
): Promise<T> {
  try {
    return await work(acceptUnverified ? { acceptUnverified: 'all' } : {});
  } catch (error) {
    const failure = RpcError.from(error);
    const files = failure.code === 'weights-unverified' ? unverifiedIn(failure.detail) : [];
    if (files.length === 0 || !questions || !(await agreesToFiles(files, questions))) throw failure;
    return work({ acceptUnverified: files.map(({ sha256 }) => sha256) });
  }
}

function agreesToFiles(files: readonly UnverifiedFile[], questions: Questions): Promise<boolean> {
  tell('These files could not be verified; nothing says what they should be:');
  for (const { path, sha256 } of files) tell(`  ${sha256}  ${path}`);
  return agrees(questions, 'Do you trust where they come from?');
}
