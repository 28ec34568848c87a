import path from 'node:path';
import type { PanelResult } from '../src/shared/panelProtocol';
import { PanelHarness, PREVIEW, progress, type PanelPage } from '../test/webview/panelHarness';

/**
 * Slider latency of the comparison panel: the shipped page in headless Chromium, a finished preview
 * of 2048×2048 pixels with three layers, and a mouse that drags the semantic slider step by step:
 *
 *   npm run bench:panel
 *
 * Measured from the pointer's event to the end of the frame that shows it; for WebGL until a pixel
 * of that frame can be read, since its drawing goes on after the frame's script.
 */

const SIDE = 2048;
const TILE = 512;
const STEPS = 64;
const WARM_UP = 6;
const BACK_ENDS = ['canvas', 'webgl2'] as const;
const VIEWS = { fit: undefined, '100 %': { zoom: 1, x: 0.5, y: 0.5 } } as const;

export type PanelLatency = {
  readonly backEnd: (typeof BACK_ENDS)[number];
  readonly view: keyof typeof VIEWS;
  readonly steps: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
};

/** Prints a line for each back end and view, and gives the figures. */
export async function measurePanelLatency(): Promise<readonly PanelLatency[]> {
  const files = new Map(tiles().map(({ address, data }) => [`/${address}`, data]));
  const all: PanelLatency[] = [];
  for (const backEnd of BACK_ENDS) {
    const harness = await PanelHarness.start(
      path.join(__dirname, '../test/webview/panelRealPage.ts'),
      files,
      backEnd === 'webgl2',
    );
    try {
      for (const [view, stored] of Object.entries(VIEWS) as [
        keyof typeof VIEWS,
        object | undefined,
      ][]) {
        const panel = await harness.open({
          renderer: { force: backEnd },
          ...(stored ? { stored: { view: stored } } : {}),
        });
        const times = await drag(await ready(panel));
        const latency = {
          backEnd,
          view,
          steps: times.length,
          median: quantile(times, 0.5),
          p95: quantile(times, 0.95),
        };
        all.push(latency);
        const name = backEnd === 'canvas' ? 'canvas' : 'WebGL 2 (SwiftShader)';
        console.log(
          `panel, ${SIDE}×${SIDE}, ${name}, ${view}: slider to painted frame, median ` +
            `${latency.median.toFixed(1)} ms, p95 ${latency.p95.toFixed(1)} ms ` +
            `(${times.length} steps)`,
        );
        await panel.close();
      }
    } finally {
      await harness.close();
    }
  }
  return all;
}

/** Lets the preview's tiles come in, and the picture be drawn. */
async function ready(panel: PanelPage): Promise<PanelPage> {
  const call = await panel.called('preview');
  const picture: PanelResult = {
    size: { width: SIDE, height: SIDE },
    sourceSize: { width: SIDE / 4, height: SIDE / 4 },
    branches: ['pixel', 'semantic'],
    hasAlpha: false,
    way: 'model',
    exact: true,
    draft: false,
  };
  for (const [index, { rect, address }] of tiles().entries())
    await panel.progress(call, progress(index + 1, { tile: { rect, address }, picture }));
  await panel.result(call, PREVIEW);
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
  return panel;
}

/** Milliseconds of each step. */
async function drag(panel: PanelPage): Promise<number[]> {
  const { page, problems } = panel;
  await page.evaluate(OBSERVE);
  const box = (await page.locator('#semanticSlider').boundingBox())!;
  const thumb = 13;
  const at = (step: number): number => box.x + thumb / 2 + (box.width - thumb) * (step / 30);
  await page.mouse.move(at(20), box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= STEPS + WARM_UP; i++) {
    // To and fro between 0 and 1, a step of the dial at a time.
    await page.mouse.move(at(Math.abs(20 - (i % 40))), box.y + box.height / 2);
    await panel.until(`window.latencies.length >= ${i}`);
  }
  await page.mouse.up();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return (await page.evaluate<number[]>('window.latencies')).slice(WARM_UP);
}

/** In the page. The listener at the window comes after the panel's own, and so does its frame. */
const OBSERVE = `
  window.latencies = [];
  let pressed = 0;
  const slider = document.querySelector('#semanticSlider');
  slider.addEventListener('pointermove', (event) => { pressed = event.timeStamp; });
  window.addEventListener('input', (event) => {
    const began = pressed;
    requestAnimationFrame(() => {
      const picture = document.querySelector('#picture');
      const gl = window.rendererOptions.force === 'webgl2' && picture.getContext('webgl2');
      if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.latencies.push(performance.now() - began);
      // After the frame: its layout and paint are done by then.
      port2.postMessage(0);
    });
  });
`;

type Tile = {
  readonly rect: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly address: string;
  readonly data: Buffer;
};

let made: readonly Tile[] | undefined;

/** All tiles alike: smooth colours, with what the layers add. */
function tiles(): readonly Tile[] {
  if (made) return made;
  const data = Buffer.alloc(TILE * TILE * 9);
  for (let layer = 0, to = 0; layer < 3; layer++) {
    for (let y = 0; y < TILE; y++) {
      for (let x = 0; x < TILE; x++) {
        const grain = layer * (((x * 7919 + y * 104729) % 29) - 14);
        for (let channel = 0; channel < 3; channel++)
          data[to++] = Math.min(
            255,
            Math.max(0, 128 + 80 * Math.sin((x + channel * 90) / 60) * Math.cos(y / 45) + grain),
          );
      }
    }
  }
  const count = SIDE / TILE;
  made = Array.from({ length: count * count }, (_, i) => ({
    rect: { x: (i % count) * TILE, y: Math.floor(i / count) * TILE, width: TILE, height: TILE },
    address: `tile${i}`,
    data,
  }));
  return made;
}

/** Between 0 and 1; of a list that is not empty. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

if (require.main === module) void measurePanelLatency();
