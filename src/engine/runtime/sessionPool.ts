import type { Size } from '../../shared/geometry';
import type { Branch } from '../../shared/guidance';
import type { Device } from '../../shared/settings';
import type { TiledModel } from '../models/registry';
import { openTileSession, type TileSession } from './session';

/**
 * Keeps one session warm. A session serves one tile shape: ONNX Runtime's memory arena keeps what the largest run needed,
 * so a session that saw many shapes would hold memory for all of them.
 */
export class SessionPool {
  private current: { readonly key: string; readonly branches: readonly Branch[]; readonly session: TileSession } | undefined;

  /** The session for a model, device and tile shape that yields at least `branches`; opens it when the warm one is another. */
  async acquire({ graph }: TiledModel, device: Device, tile: Size, branches: readonly Branch[]): Promise<TileSession> {
    const key = `${graph}|${device}|${tile.width}×${tile.height}`;
    const { current } = this;
    if (current?.key === key && branches.every((branch) => current.branches.includes(branch))) return current.session;
    await this.release();
    const session = await openTileSession(graph, device, branches);
    this.current = { key, branches, session };
    return session;
  }

  async release(): Promise<void> {
    const session = this.current?.session;
    this.current = undefined;
    await session?.release();
  }
}
