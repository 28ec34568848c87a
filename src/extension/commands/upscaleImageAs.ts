import * as vscode from 'vscode';
import type { DensitySet } from '../../shared/density';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { isOneOf } from '../../shared/oneOf';
import type { UpscaleOverrides } from '../jobs/upscaleJobs';
import { askForText, pickOne, type PickItem } from '../ui/quickPick';
import { passingStatus } from '../ui/statusBar';
import {
  ASSET_KINDS,
  isDensitySet,
  needsNumbers,
  overridesFor,
  overridesFromNumbers,
  setJobs,
  srcsetLines,
  wholeSets,
  type AssetKind,
  type NumberKind,
} from './assetKinds';
import { chosenImages } from './chosenImages';
import type { UpscaleImageServices } from './upscaleImage';

/**
 * Upscales images to an exact size, as a density set, or as a special kind of asset, which the
 * person chooses; `kind` comes from other code that calls the command. Resolves with the results
 * when all is done.
 */
export async function upscaleImageAs(
  services: UpscaleImageServices,
  clicked: unknown,
  selection: unknown,
  kind: unknown,
): Promise<readonly UpscaleResult[]> {
  const { files, ignored, isChosen } = await chosenImages(clicked, selection, services.sizes);
  if (files.length === 0) return isChosen ? services.jobs.upscale([], ignored) : [];
  const chosen = isOneOf(ASSET_KINDS, kind) ? kind : await askForKind();
  if (chosen === undefined) return [];
  if (isDensitySet(chosen)) return upscaleSet(services, files, ignored, chosen);
  const overrides = needsNumbers(chosen) ? await askForNumbers(chosen) : overridesFor(chosen);
  return overrides ? services.jobs.upscale(files, ignored, overrides) : [];
}

async function upscaleSet(
  { jobs, config }: UpscaleImageServices,
  files: readonly vscode.Uri[],
  ignored: number,
  set: DensitySet,
): Promise<readonly UpscaleResult[]> {
  const byPath = new Map(files.map((file) => [file.fsPath.replaceAll('\\', '/'), file]));
  const steps = setJobs([...byPath.keys()], set, config.upscale(files[0]).overwrite);
  const results = await jobs.upscale(
    steps.flatMap(({ input }) => byPath.get(input) ?? []),
    ignored,
    (index): UpscaleOverrides => steps[index]?.overrides ?? {},
  );
  const whole = wholeSets(
    steps,
    results.map(({ input }) => input.replaceAll('\\', '/')),
  );
  if (set === 'web' && whole.length > 0) {
    await vscode.env.clipboard.writeText(srcsetLines(whole));
    passingStatus('clippy', vscode.l10n.t('The srcset is in the clipboard.'));
  }
  return results;
}

type KindItem = PickItem & { readonly assetKind?: AssetKind };

async function askForKind(): Promise<AssetKind | undefined> {
  const { t } = vscode.l10n;
  const group = (label: string): KindItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: readonly KindItem[] = [
    group(t('Exact size')),
    { assetKind: 'width', label: t('Width…'), description: t('in pixels; the height follows') },
    { assetKind: 'height', label: t('Height…'), description: t('in pixels; the width follows') },
    { assetKind: 'box', label: t('Fit Into a Box…'), description: t('as large as fits') },
    { assetKind: 'megapixels', label: t('Megapixels…') },
    group(t('Density set, from an image of density 1')),
    { assetKind: 'apple', label: 'Apple', description: '@2x, @3x' },
    { assetKind: 'android', label: 'Android', description: 'drawable-hdpi … drawable-xxxhdpi' },
    { assetKind: 'flutter', label: 'Flutter', description: '2.0x/, 3.0x/' },
    {
      assetKind: 'web',
      label: t('Web'),
      description: t('@2x, @3x, and the srcset in the clipboard'),
    },
    group(t('Kind of asset')),
    {
      assetKind: 'seamless',
      label: t('Seamless Texture'),
      description: t('the result tiles, too'),
    },
    {
      assetKind: 'sprites',
      label: t('Sprite Sheet…'),
      description: t('each cell by itself, so that nothing bleeds'),
    },
    {
      assetKind: 'pixelArt',
      label: t('Pixel Art'),
      description: t('squares; nothing is smoothed'),
    },
    {
      assetKind: 'model',
      label: t('Not Pixel Art'),
      description: t('by the model, whatever it looks like'),
    },
    {
      assetKind: 'again',
      label: t('Again'),
      description: t('also files whose name says that they are enlarged already (@2x)'),
    },
  ];
  return (
    await pickOne(items, {
      title: t('Upscale Image As'),
      placeHolder: t('Choose a size, a set or a kind of asset'),
    })
  )?.assetKind;
}

async function askForNumbers(kind: NumberKind): Promise<UpscaleOverrides | undefined> {
  const { t } = vscode.l10n;
  const texts: Record<NumberKind, readonly [title: string, example: string]> = {
    width: [t('Width in pixels'), '1920'],
    height: [t('Height in pixels'), '1080'],
    box: [t('Width and height of the box in pixels'), '1920x1080'],
    megapixels: [t('Megapixels'), '8.3'],
    sprites: [t('Columns and rows of the sheet'), '8x4'],
  };
  const [title, example] = texts[kind];
  const text = await askForText({ title, placeHolder: t('for example {0}', example) }, (value) =>
    value.trim() === '' || overridesFromNumbers(kind, value)
      ? undefined
      : t('Write it like {0}.', example),
  );
  return text === undefined ? undefined : overridesFromNumbers(kind, text);
}
