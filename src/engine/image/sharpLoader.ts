import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type Sharp from 'sharp';
import { engineError, messageOf } from '../errors';
import { phrase } from '../../shared/phrase';

const LOADERS = [
  'VipsForeignLoadPngFile',
  'VipsForeignLoadJpegFile',
  'VipsForeignLoadWebpFile',
  'VipsForeignLoadTiffFile',
  // Of our own making: a small picture does not go through the disk.
  'VipsForeignLoadTiffBuffer',
  'VipsForeignLoadNsgifFile',
  'VipsForeignLoadHeifFile',
  'VipsForeignLoadSvgBuffer',
];
/** What may be said of sharp in the environment, and what. */
const CHOICE = 'PISA_UPSCALE_SHARP';
const WEB_ASSEMBLY = 'wasm';
const NOTE =
  'sharp runs as WebAssembly, which decodes and encodes two to three times slower: its native ' +
  `library did not load, or ${CHOICE}=${WEB_ASSEMBLY} is set.`;

let loaded: typeof Sharp | undefined;

/** Loads sharp on first use. The only place that does. */
export function loadSharp(): typeof Sharp {
  if (loaded) return loaded;
  process.env.VIPS_BLOCK_UNTRUSTED = '1';
  const require = createRequire(__filename);
  try {
    if (process.env[CHOICE] === WEB_ASSEMBLY) preferWebAssembly(require);
    else if (process.versions.electron !== undefined && process.platform === 'linux')
      preloadWithDeepBinding(require);
    const sharp = require('sharp') as typeof Sharp;
    if (isWebAssembly(sharp)) process.emitWarning(NOTE, 'SharpWebAssembly');
    // One picture at a time passes through, so a cache would only hold memory.
    sharp.cache(false);
    // Of libvips' many decoders only those that are named here open anything, whatever a file's
    // bytes say; the text of an SVG is handed over, so that it has no folder to look around in.
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    loaded = sharp;
    return sharp;
  } catch (error) {
    throw engineError('runtime-missing', {
      message: phrase`The image library sharp could not be loaded on ${process.platform}-${process.arch}.`,
      detail: messageOf(error),
    });
  }
}

/** Whether sharp is the build that its own loader falls back to. */
export const isWebAssembly = ({ versions }: Pick<typeof Sharp, 'versions'>): boolean =>
  'emscripten' in versions;

/**
 * sharp asks for its platform's package first and for the WebAssembly one when that throws. For
 * where it does not throw but takes the process down, the second answers in place of the first.
 */
function preferWebAssembly(require: NodeJS.Require): void {
  const paths = [require.resolve('sharp')];
  const portable = require.resolve('@img/sharp-wasm32/sharp.node', { paths });
  require(portable);
  const native = require.resolve(`@img/sharp-${process.platform}-${process.arch}/sharp.node`, {
    paths,
  });
  require.cache[native] = require.cache[portable];
}

/**
 * In desktop VS Code on Linux, Electron has already loaded the system's GLib, which clashes with
 * the one inside libvips (sharp's documentation, "Known conflicts"). Binding sharp's library to its
 * own symbols first avoids the clash.
 */
function preloadWithDeepBinding(require: NodeJS.Require): void {
  const root = path.dirname(path.dirname(require.resolve('sharp')));
  const folder = path.join(root, '..', '@img', `sharp-linux-${process.arch}`, 'lib');
  if (!existsSync(folder)) return;
  const binary = readdirSync(folder).find((name) => name.endsWith('.node'));
  if (binary === undefined) return;
  const { RTLD_LAZY, RTLD_DEEPBIND } = os.constants.dlopen;
  process.dlopen({ exports: {} }, path.join(folder, binary), RTLD_LAZY | RTLD_DEEPBIND);
}
