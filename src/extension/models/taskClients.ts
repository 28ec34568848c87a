import type { EngineClient } from '../../client/engineClient';
import { RpcError } from '../../shared/rpc';
import { phrase } from '../../shared/phrase';

/**
 * A client, and so an engine process, for each piece of work: made when it begins and ended with
 * it.
 */
export class TaskClients {
  private readonly live = new Set<EngineClient>();
  private disposed = false;

  constructor(private readonly create: () => EngineClient) {}

  async use<T>(work: (client: EngineClient) => Promise<T>): Promise<T> {
    if (this.disposed)
      throw new RpcError({ code: 'cancelled', message: phrase`The window is closing.` });
    const client = this.create();
    this.live.add(client);
    try {
      return await work(client);
    } finally {
      this.live.delete(client);
      await client.dispose();
    }
  }

  /** Ends the clients of work that is not done; resolves when their processes are gone. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.allSettled([...this.live].map((client) => client.dispose()));
  }
}
