// Looks at processes as Linux tells of them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folders and files that the engine's libraries lie in. */
const NATIVE = /node_modules\/(onnxruntime-node|@img)\/|\/lib(onnxruntime|vips)[^/]*\.so/;

/**
 * @typedef {object} Process
 * @property {string} pid
 * @property {string} command its program and arguments, parted by spaces
 */

/**
 * The processes of a server of `startServer`, which its folder, in their environment, tells.
 * @param {string} root
 * @returns {Process[]}
 */
export const processesOf = (root) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'environ').split('\0').includes(`XDG_RUNTIME_DIR=${root}`))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ') }));

/**
 * Native libraries of the engine that a process has loaded.
 * @param {Process} process
 * @returns {string[]} their names
 */
export const nativeLibraries = ({ pid }) => [
  ...new Set(
    read(pid, 'maps')
      .split('\n')
      .filter((line) => NATIVE.test(line))
      .map((line) => path.basename(line)),
  ),
];

/** Empty once the process has ended. */
function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
