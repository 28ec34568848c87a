import { RunFollower } from '../batch/runs/follow';
import type { RunEntry } from '../batch/runs/runEntry';
import { drawLine, isWatched, tell } from './terminal';

/** On what is no terminal, a log perhaps, a line is written at most so often. */
const QUIET_MS = 30_000;

/** Who is at a folder already, and how far. */
export async function busySentence(other: RunEntry): Promise<string> {
  return sentence(other, await standingOf(new RunFollower(other)));
}

/** Tells on stderr of the run that is waited for. */
export class WaitProgress {
  private follower: { readonly token: string; readonly of: RunFollower } | undefined;
  private told: { readonly text: string; readonly at: number } | undefined;
  private isStopped = false;

  async show(other: RunEntry): Promise<void> {
    const { token } = other.holder;
    if (this.follower?.token !== token) {
      this.follower = { token, of: new RunFollower(other) };
      this.told = undefined;
    }
    const text = `Waiting. ${sentence(other, await standingOf(this.follower.of))}`;
    if (this.isStopped || text === this.told?.text) return;
    const now = performance.now();
    if (isWatched()) drawLine(text);
    else if (!this.told || now - this.told.at > QUIET_MS) tell(text);
    else return;
    this.told = { text, at: now };
  }

  stop(): void {
    this.isStopped = true;
    if (this.told && isWatched()) drawLine('');
  }
}

function sentence({ holder: { pid }, place, root }: RunEntry, standing: string): string {
  const who = place === 'window' ? 'A window of the editor' : 'Another command line';
  return `${who} (process ${pid}) is upscaling ${root}${standing}.`;
}

/** `follower` reads what was added since its last look. */
async function standingOf(follower: RunFollower): Promise<string> {
  const { done, total } = await follower.look();
  return total === undefined ? '' : `: ${done} of ${total} are done`;
}
