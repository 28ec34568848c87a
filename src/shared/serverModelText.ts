import type { ServerModelReport } from './modelProtocol';
import { say } from './phrase';

/** "×4 · 256×256 only · float16", as far as the server tells it. */
export const servedSize = ({ scale, tile, precision }: ServerModelReport): string =>
  [
    ...(scale === undefined ? [] : [`×${scale}`]),
    tile ? say`${tile.width}×${tile.height} only` : say`any size`,
    ...(precision === undefined ? [] : [precision]),
  ].join(' · ');
