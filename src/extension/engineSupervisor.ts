import type { EngineClient } from '../client/engineClient';

type Holder = { readonly client: EngineClient; users: number; retired: boolean };

/**
 * Hands out the engine's client and replaces it when a setting changes that it cannot take over. A
 * replaced client first finishes what it does. Nothing is started here: the client forks its
 * process on the first call.
 */
export class EngineSupervisor {
  private current: Holder | undefined;
  private readonly live = new Set<Holder>();
  private readonly ending = new Set<Promise<void>>();

  constructor(private readonly create: () => EngineClient) {}

  get processId(): number | undefined {
    return this.current?.client.processId;
  }

  /** Runs `work` with the client; it stays alive until `work` settles. */
  async use<T>(work: (client: EngineClient) => Promise<T>): Promise<T> {
    const holder = (this.current ??= this.open());
    holder.users++;
    try {
      return await work(holder.client);
    } finally {
      holder.users--;
      if (holder.retired && holder.users === 0) this.end(holder);
    }
  }

  /** The next `use` gets a new client. */
  replace(): void {
    const holder = this.current;
    this.current = undefined;
    if (!holder) return;
    holder.retired = true;
    if (holder.users === 0) this.end(holder);
  }

  /** Ends every engine at once, the busy ones too; resolves when their processes are gone. */
  async dispose(): Promise<void> {
    for (const holder of [...this.live]) this.end(holder);
    await Promise.allSettled(this.ending);
  }

  private open(): Holder {
    const holder = { client: this.create(), users: 0, retired: false };
    this.live.add(holder);
    return holder;
  }

  private end(holder: Holder): void {
    if (!this.live.delete(holder)) return;
    const done = holder.client.dispose().finally(() => this.ending.delete(done));
    this.ending.add(done);
  }
}
