import type { RenderState } from '../src/webview/render/state';
import { call, launchRenderPage } from '../test/webview/renderHarness';

/**
 * What a frame costs the renderer after a dial moved, in each way to look at a picture of
 * 2048×2048: its two back ends in headless Chromium, without the panel around them:
 *
 *   npm run bench:panel
 *
 * WebGL is emulated on the CPU there, which is slow and says little of a graphics card.
 */

const PICTURE = {
  size: { width: 2048, height: 2048 },
  source: { width: 512, height: 512 },
  tile: 512,
};
const STAGE = { width: 1280, height: 800 };
const view = (zoom: number | 'fit'): Pick<RenderState, 'view'> => ({
  view: { zoom, x: 0.5, y: 0.5 },
});
const WAYS: Readonly<Record<string, Partial<RenderState>>> = {
  '100 %': view(1),
  fit: view('fit'),
  'whole 2048×2048': { ...view(1), stage: PICTURE.size },
  '200 %': view(2),
  '400 %': view(4),
  divider: { mode: 'divider', ...view('fit') },
  map: { mode: 'map', ...view('fit') },
};
/** Frames of which the first are left out. */
const FRAMES = { canvas: 7, webgl2: 3 };
const MEASURED = 5;

export type Redraw = {
  readonly backEnd: keyof typeof FRAMES;
  readonly way: string;
  /** Milliseconds. */
  readonly median: number;
};

/** Prints a line for each back end, and gives the figures. */
export async function measurePanelRedraw(): Promise<readonly Redraw[]> {
  const { page, close } = await launchRenderPage();
  try {
    const all: Redraw[] = [];
    for (const backEnd of ['canvas', 'webgl2'] as const) {
      const id = await call(page, 'open', PICTURE, { force: backEnd });
      const found: Redraw[] = [];
      for (const [way, state] of Object.entries(WAYS)) {
        const times = await call(page, 'time', id, { stage: STAGE, ...state }, FRAMES[backEnd]);
        const last = times.slice(-MEASURED).sort((a, b) => a - b);
        found.push({ backEnd, way, median: last[last.length >> 1] ?? Number.NaN });
      }
      await call(page, 'close', id);
      const parts = found.map(({ way, median }) => `${way} ${median.toFixed(0)} ms`);
      console.log(`${backEnd}, a dial moved, 1280×800: ${parts.join(', ')}`);
      all.push(...found);
    }
    return all;
  } finally {
    await close();
  }
}

if (require.main === module) void measurePanelRedraw();
