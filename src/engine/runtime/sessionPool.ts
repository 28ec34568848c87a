import type { Size } from '../../shared/geometry';
import type { Device } from '../../shared/settings';
import type { TiledModel } from '../models/registry';
import { openTileSession, type TileSession } from './session';

/**
 * Keeps one session warm. A session serves one tile shape: ONNX Runtime's memory arena keeps what the largest run needed,
 * so a session that saw many shapes would hold memory for all of them.
 */
export class SessionPool {
  private current: { readonly key: string; readonly session: TileSession } | undefined;

  /** The session for a model, device and tile shape; opens it when the warm one is another. */
  async acquire({ manifest, graph }: TiledModel, device: Device, tile: Size): Promise<TileSession> {
    const key = `${graph}|${device}|${tile.width}×${tile.height}`;
    if (this.current?.key === key) return this.current.session;
    await this.release();
    const session = await openTileSession(graph, device, manifest.branches);
    this.current = { key, session };
    return session;
  }

  async release(): Promise<void> {
    const session = this.current?.session;
    this.current = undefined;
    await session?.release();
  }
}
