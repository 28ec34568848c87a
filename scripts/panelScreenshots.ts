/**
 * Takes pictures of the comparison panel, each mode in each theme, with layers that the engine
 * makes of a real photograph:
 *
 *   npm run screenshots [-- <part of a name>]
 *
 * They go to dist-test/screenshots/panel; those that the documentation shows go to media/, too.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EngineClient } from '../src/client/engineClient';
import { defaultModelStore } from '../src/client/modelStore';
import { chooseGuidance } from '../src/shared/autoGuidance';
import type { PanelPreview, PanelProgress, PanelResult } from '../src/shared/panelProtocol';
import { panelResultOf } from '../src/shared/panelResult';
import type { PreviewProgress } from '../src/shared/previewProtocol';
import { DEFAULT_MODEL, DEFAULT_SETTINGS } from '../src/shared/settings';
import { RENDER_MODES } from '../src/webview/render/state';
import {
  INIT,
  PanelHarness,
  TWO_DIALS,
  type OpenOptions,
  type PanelPage,
} from '../test/webview/panelHarness';
import { THEMES, type ThemeName } from '../test/webview/panelThemes';

const ROOT = path.dirname(__dirname);
const OUT = path.join(ROOT, 'dist-test/screenshots/panel');
const MEDIA = path.join(ROOT, 'media');
/** Screenshots that the documentation shows. */
const SHOWN: readonly string[] = ['dark-map', 'dark-loupe'];

/** A picture with everything that a panel is told about it. */
type Computed = {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly steps: readonly PanelProgress[];
  readonly picture: PanelResult;
  readonly preview: PanelPreview;
};

const files = new Map<string, Buffer>();

/** Computes a picture's layers and keeps them as files for the panel's page. */
async function compute(client: EngineClient, file: string): Promise<Computed> {
  const name = path.basename(file);
  const folder = await client.createPreviewFolder();
  const steps: PreviewProgress[] = [];
  try {
    const { colourFix, maxInputMegapixels } = DEFAULT_SETTINGS;
    const call = {
      input: file,
      scratchDirectory: folder.directory,
      model: DEFAULT_MODEL,
      device: 'cpu',
      colourFix,
      maxInputMegapixels,
      scale: DEFAULT_SETTINGS.scale,
      pixelArt: 'auto',
    } as const;
    const result = await client.preview(call, { onProgress: (step) => steps.push(step) });
    const address = (of: string): string => {
      files.set(`/${name}.${of}`, readFileSync(path.join(folder.directory, of)));
      return `${name}.${of}`;
    };
    files.set(`/${name}`, readFileSync(file));
    const { sourceSize, branches, device, seconds, figures, estimate, notes } = result;
    const picture = panelResultOf(result);
    return {
      name,
      size: sourceSize,
      picture,
      steps: steps.flatMap(({ done, total, secondsLeft, tile }) =>
        tile
          ? [
              {
                done,
                total,
                device: 'CPU',
                secondsLeft,
                tile: { rect: tile.rect, address: address(tile.file) },
                picture,
              },
            ]
          : [],
      ),
      preview: {
        device: device.toUpperCase(),
        seconds: seconds.total,
        figures,
        covered: 1,
        estimate,
        auto: chooseGuidance(estimate, branches),
        notes,
      },
    };
  } finally {
    await folder.remove();
  }
}

/** Lets the tiles come in; all of them unless `share` is less than 1. */
async function run(panel: PanelPage, { steps, preview }: Computed, share = 1): Promise<void> {
  const call = await panel.called('preview');
  for (const step of steps.slice(0, Math.ceil(steps.length * share)))
    await panel.progress(call, step);
  if (share < 1) return;
  await panel.result(call, preview);
  await panel.until(`document.body.getAttribute('aria-busy') === 'false'`);
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  mkdirSync(OUT, { recursive: true });
  const client = new EngineClient({
    entry: path.join(ROOT, 'dist/engine.js'),
    modelFolders: [path.join(ROOT, 'models')],
    store: defaultModelStore(),
    idleSeconds: 60,
    log: () => undefined,
  });
  const samples = async () => {
    try {
      return [
        await compute(client, path.join(ROOT, 'media/samples/kingfisher.webp')),
        await compute(client, path.join(ROOT, 'media/samples/icon.png')),
      ] as const;
    } finally {
      await client.dispose();
    }
  };
  const [photo, icon] = await samples();
  const harness = await PanelHarness.start(path.join(ROOT, 'src/webview/panel/main.ts'), files);

  const shot = async (
    name: string,
    picture: Computed,
    options: OpenOptions,
    act: (panel: PanelPage) => Promise<unknown>,
  ): Promise<void> => {
    if (!name.includes(wanted)) return;
    const original = {
      ...INIT.original,
      fileName: picture.name,
      address: picture.name,
      size: picture.size,
    };
    const panel = await harness.open({
      init: { ...INIT, models: [TWO_DIALS], original },
      ...options,
    });
    await act(panel);
    await panel.frame();
    const file = path.join(OUT, `${name}.png`);
    await panel.page.screenshot({ path: file });
    if (panel.problems.length > 0) throw new Error(`${name}: ${panel.problems.join('\n')}`);
    await panel.close();
    if (SHOWN.includes(name)) copyFileSync(file, path.join(MEDIA, `panel-${name}.png`));
    console.log(path.relative(ROOT, file));
  };

  try {
    for (const theme of Object.keys(THEMES) as ThemeName[]) {
      for (const [index, mode] of RENDER_MODES.entries()) {
        await shot(`${theme}-${mode}`, photo, { theme }, async (panel) => {
          await run(panel, photo);
          await panel.page.keyboard.press(String(index + 1));
        });
      }
      await shot(`${theme}-loading`, photo, { theme }, (panel) => run(panel, photo, 0.5));
      await shot(`${theme}-ab`, photo, { theme }, async (panel) => {
        await run(panel, photo);
        await panel.page.click('#pin');
        await panel.page.click('[data-preset=vivid]');
      });
      await shot(
        `${theme}-loupe`,
        photo,
        { theme, stored: { view: { zoom: 4, x: 0.48, y: 0.09 }, loupe: true } },
        async (panel) => {
          await run(panel, photo);
          await panel.page.mouse.move(665, 290);
        },
      );
      await shot(`${theme}-alpha`, icon, { theme, stored: { checkerboard: true } }, (panel) =>
        run(panel, icon),
      );
    }
    await shot('narrow-divider', photo, { width: 420, height: 900 }, (panel) => run(panel, photo));
  } finally {
    await harness.close();
  }
}

void main();
