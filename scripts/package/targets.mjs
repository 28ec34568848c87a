/**
 * The platforms that a package can be made for, and the binaries of each.
 *
 * Not here: darwin-x64, because ONNX Runtime publishes no binary for it since 1.24, and alpine,
 * because it publishes none for musl.
 */

/**
 * @typedef {object} Target
 * @property {'linux' | 'win32' | 'darwin'} os
 * @property {'x64' | 'arm64'} cpu
 * @property {string} binaries what `describeBinary` says of every binary of this target
 */

/** @type {Readonly<Record<string, Target>>} */
export const TARGETS = {
  'linux-x64': { os: 'linux', cpu: 'x64', binaries: 'elf x64' },
  'linux-arm64': { os: 'linux', cpu: 'arm64', binaries: 'elf arm64' },
  'win32-x64': { os: 'win32', cpu: 'x64', binaries: 'pe x64' },
  'win32-arm64': { os: 'win32', cpu: 'arm64', binaries: 'pe arm64' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', binaries: 'macho arm64' },
};

/** In bytes. The Marketplace accepts more; a person who installs should not have to wait. */
export const LARGEST_PACKAGE = 35_000_000;

/** @param {string} name */
export function targetNamed(name) {
  const target = TARGETS[name];
  if (target) return target;
  throw new Error(`There is no target ${name}; known: ${Object.keys(TARGETS).join(', ')}.`);
}
