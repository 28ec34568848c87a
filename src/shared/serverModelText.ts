import type { ServerModelReport } from './modelProtocol';

/** "×4 · 256×256 only · float16", as far as the server tells it. */
export const servedSize = ({ scale, tile, precision }: ServerModelReport): string =>
  [
    ...(scale === undefined ? [] : [`×${scale}`]),
    tile ? `${tile.width}×${tile.height} only` : 'any size',
    ...(precision === undefined ? [] : [precision]),
  ].join(' · ');
