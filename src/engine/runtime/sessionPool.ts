import type { Size } from '../../shared/geometry';
import type { Branch } from '../../shared/guidance';
import type { Device } from '../../shared/settings';
import type { TiledModel } from '../models/kinds/tiled';
import { graphKey, openTileSession, type TileSession } from './session';

/** Opens a model on a device. */
export type OpenSession = (
  model: TiledModel,
  device: Device,
  branches: readonly Branch[],
) => Promise<TileSession>;

/** Tiles below this share a session: what the arena keeps for them is small. */
const SMALL_PIXELS = 640 * 640;
/**
 * After so many shapes the session is opened anew, so that what it keeps for each does not pile up.
 */
const MOST_SHAPES = 64;

/**
 * Keeps one session warm. ONNX Runtime's memory arena keeps what the largest run needed, so a
 * session that saw many large shapes would hold memory for all of them: a large tile shape has a
 * session of its own. Small ones share one, because in a batch of icons every picture has another
 * shape.
 */
export class SessionPool {
  private current:
    | {
        readonly key: string;
        readonly branches: readonly Branch[];
        readonly session: TileSession;
        readonly shapes: Set<string>;
      }
    | undefined;

  constructor(
    private readonly open: OpenSession = ({ graph }, device, branches) =>
      openTileSession(graph, device, branches),
  ) {}

  /**
   * The session for a model, device and tile shape that yields at least `branches`; opens it when
   * the warm one is another.
   */
  async acquire(
    model: TiledModel,
    device: Device,
    tile: Size,
    branches: readonly Branch[],
  ): Promise<TileSession> {
    const shape = `${tile.width}×${tile.height}`;
    const size = tile.width * tile.height <= SMALL_PIXELS ? 'small' : shape;
    // From another machine no branch is fetched that is not wanted.
    const exactly = device === 'remote' ? branches.join('+') : '';
    const key = [graphKey(model.graph), device, size, exactly].join('|');
    const { current } = this;
    if (
      current?.key === key &&
      branches.every((branch) => current.branches.includes(branch)) &&
      current.shapes.size < MOST_SHAPES
    ) {
      current.shapes.add(shape);
      return current.session;
    }
    await this.release();
    const session = await this.open(model, device, branches);
    this.current = { key, branches, session, shapes: new Set([shape]) };
    return session;
  }

  async release(): Promise<void> {
    const session = this.current?.session;
    this.current = undefined;
    await session?.release();
  }
}
