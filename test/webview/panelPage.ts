import { connectToHost } from '../../src/webview/panel/connection';
import { startPanel, type PanelMemory } from '../../src/webview/panel/startPanel';
import type { StageRenderer, StageScene } from '../../src/webview/panel/stageRenderer';

/**
 * The panel in a test's page: everything is real but the extension, whose messages the test sends,
 * and the renderer, which writes down what it is told and paints each pane in one colour.
 */
type Recorded = readonly [method: string, ...values: unknown[]];
type TestWindow = {
  calls: Recorded[];
  scene: StageScene | undefined;
  failing: string;
  /** What a windowed renderer can hold, and holds. */
  largestPart: { width: number; height: number };
  held?: { x: number; y: number; width: number; height: number };
  acquireVsCodeApi: () => PanelMemory & { postMessage(message: unknown): void };
};

const page = window as unknown as TestWindow;
page.calls = [];
page.failing = '';
page.largestPart = { width: 5632, height: 3584 };

const record = (...call: Recorded): void => {
  page.calls.push(call);
  if (page.failing === call[0]) throw new Error(`${call[0]} failed`);
};

function recordingRenderer(canvas: HTMLCanvasElement): StageRenderer {
  const context = canvas.getContext('2d');
  let painted = '';
  return {
    open: async (original, result) => {
      record('open', original.fileName, result?.fileName);
      const sizeOf = (picture: typeof original | undefined) =>
        picture?.address === undefined ? undefined : (picture.size ?? { width: 64, height: 48 });
      return { original: sizeOf(original), result: sizeOf(result) };
    },
    begin: async (result) => record('begin', result.size, result.branches),
    addTile: async (tile) => record('addTile', tile.rect),
    freeze: (frozen) => record('freeze', frozen),
    get largestPart() {
      return page.largestPart;
    },
    look: (part) => {
      record('look', part);
      return page.held ?? { x: 0, y: 0, width: 1e6, height: 1e6 };
    },
    showExact: async (tile, guidance) => record('showExact', tile?.rect, guidance),
    pin: (guidance) => record('pin', guidance),
    unpin: () => record('unpin'),
    show: (scene) => {
      page.scene = scene;
      const { stage, pixelRatio, panes } = scene;
      // What looks as before stays: each picture of the page would be drawn anew.
      const looks = JSON.stringify([stage, pixelRatio, panes]);
      if (looks === painted) return;
      painted = looks;
      canvas.width = Math.round(stage.width * pixelRatio);
      canvas.height = Math.round(stage.height * pixelRatio);
      for (const [index, pane] of panes.entries()) {
        if (!context) return;
        context.fillStyle = index === 0 ? '#6b7f5a' : '#8a6f4f';
        context.fillRect(
          (pane.x + 24) * pixelRatio,
          (pane.y + 16) * pixelRatio,
          (pane.width - 48) * pixelRatio,
          (pane.height - 32) * pixelRatio,
        );
      }
    },
    pixelAt: ({ x, y }) => ({
      x: Math.floor(x),
      y: Math.floor(y),
      result: [130, 101, 80, 255],
      compare: [120, 98, 77, 128],
      shown: 'result',
    }),
    drawLoupe: (loupe, _point, which) => {
      record('drawLoupe', which);
      const inside = loupe.getContext('2d');
      if (inside) inside.fillStyle = which === 'result' ? '#825f50' : '#78624d';
      inside?.fillRect(0, 0, loupe.width, loupe.height);
      return true;
    },
    legend: () => [
      { at: 0, colour: [241, 76, 76], opacity: 0 },
      { at: 0.4, colour: [241, 76, 76], opacity: 0.85 },
      { at: 1, colour: [204, 167, 0], opacity: 0.92 },
    ],
    dispose: () => record('dispose'),
  };
}

const vscode = page.acquireVsCodeApi();
void startPanel({
  connect: (local) => connectToHost(vscode, local),
  createRenderer: recordingRenderer,
  memory: vscode,
});
