/** What the engine loads at run time, laid out as node_modules beside it, for one target or more. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** sharp's WebAssembly build and what it needs. */
const WEB_ASSEMBLY = ['@img/sharp-wasm32', '@emnapi/runtime', 'tslib'];

/** @param {import('./targets.mjs').Target} target */
export function sharpPackages({ os, cpu }) {
  return [
    'sharp',
    '@img/colour',
    'detect-libc',
    'semver',
    `@img/sharp-${os}-${cpu}`,
    // On Windows the libraries lie in the package itself.
    ...(os === 'win32' ? [] : [`@img/sharp-libvips-${os}-${cpu}`]),
    // In desktop VS Code on Linux the native one may clash with Electron's libraries.
    ...(os === 'linux' ? WEB_ASSEMBLY : []),
  ];
}

export const ONNX_RUNTIME_PACKAGES = ['onnxruntime-node', 'onnxruntime-common'];

/** Folders of a package that no program reads: sources, types, other module systems, scripts. */
const LEFT_OUT = {
  'onnxruntime-node': /^(lib|script)\//,
  'onnxruntime-common': /^(lib|dist\/esm)\/|^dist\/(?!cjs\/)|webpack|__commit|\.cjs$/,
  sharp: /^(lib|src|install)\/|\.mjs$/,
  '@emnapi/runtime': /^dist\/(?!emnapi\.cjs)/,
  tslib: /^(modules\/|tslib\.es6)|\.html$/,
};
const LEFT_OUT_EVERYWHERE = /\.map$|\.d\.[cm]?ts$|\.h$|^README\.md$/i;

/** macOS: two identical files of 44 MB; the binding asks for the one with the short name. */
const DUPLICATE = /^bin\/.*\/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;
/** Libraries for CUDA, which the install script may have put there. */
const PROVIDERS = /_providers_/;
/** Windows: 20 MB that only WebGPU needs; DirectML serves every GPU there. */
const SHADER_COMPILER = /\/(dxcompiler|dxil)\.dll$/;

/**
 * Copies what `target` needs of packages into a node_modules folder.
 * @param {Map<string, string>} places of `fetchPackages`
 * @param {readonly import('./targets.mjs').Target[]} targets
 * @param {string} folder
 */
export function copyNatives(places, targets, folder) {
  for (const [name, place] of places) {
    const destination = path.join(folder, name);
    for (const file of filesOf(place)) {
      if (!isNeeded(name, file, targets)) continue;
      mkdirSync(path.dirname(path.join(destination, file)), { recursive: true });
      cpSync(path.join(place, file), path.join(destination, file));
    }
  }
}

function isNeeded(name, file, targets) {
  // The README of a @img package lists what libvips is made of, and under which licences.
  if (LEFT_OUT_EVERYWHERE.test(file) && !(name.startsWith('@img/') && file === 'README.md'))
    return false;
  if (LEFT_OUT[name]?.test(file)) return false;
  if (name !== 'onnxruntime-node' || !file.startsWith('bin/')) return true;
  return (
    !DUPLICATE.test(file) &&
    !PROVIDERS.test(file) &&
    !SHADER_COMPILER.test(file) &&
    targets.some(({ os, cpu }) => file.includes(`/${os}/${cpu}/`))
  );
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}
