import type * as vscode from 'vscode';
import { isLoopback } from '../../shared/addresses';

/** A batch goes on to its next picture after a No, which holds for all of them. */
const REFUSAL_MS = 10_000;
const KEY = 'pisaUpscale.serversAgreedTo';

/**
 * Whether the person agreed that pictures leave this machine for a server: asked once for each, not
 * again in other windows, and never for a server of this machine.
 */
export class ServerConsent {
  private refused: { readonly origin: string; at: number } | undefined;
  private asking: { readonly origin: string; readonly answer: Promise<boolean> } | undefined;

  constructor(
    private readonly state: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly ask: (host: string) => Promise<boolean>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Of an address that is none nothing is asked: whoever connects there says what is wrong with it. */
  async isGiven(url: string | undefined): Promise<boolean> {
    const address = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
    if (!address || isLoopback(address)) return true;
    // The origin of grpcs: is "null".
    const origin = `${address.protocol}//${address.host}`;
    if (this.agreed().includes(origin)) return true;
    const { refused } = this;
    if (refused?.origin === origin && this.now() - refused.at < REFUSAL_MS) {
      refused.at = this.now();
      return false;
    }
    if (this.asking?.origin !== origin)
      this.asking = { origin, answer: this.answered(origin, address.host) };
    return this.asking.answer;
  }

  private async answered(origin: string, host: string): Promise<boolean> {
    try {
      const isGiven = await this.ask(host);
      this.refused = isGiven ? undefined : { origin, at: this.now() };
      if (isGiven) await this.state.update(KEY, [...this.agreed(), origin]);
      return isGiven;
    } finally {
      this.asking = undefined;
    }
  }

  private agreed(): readonly string[] {
    const known: unknown = this.state.get(KEY);
    return Array.isArray(known) ? known.filter((one) => typeof one === 'string') : [];
  }
}
