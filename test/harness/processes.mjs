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
 * The processes that a process has started and that live.
 * @param {number | string} parent
 * @returns {Process[]}
 */
export const childrenOf = (parent) =>
  pids()
    // After the program's name, which may hold anything, come the state and the parent.
    .filter((pid) => read(pid, 'stat').split(') ').at(-1)?.split(' ')[1] === String(parent))
    .map(processOf);

/**
 * The processes of a server of `startServer`, which its folder, in their environment, tells.
 * @param {string} root
 * @returns {Process[]}
 */
export const processesOf = (root) =>
  pids()
    .filter((pid) => read(pid, 'environ').split('\0').includes(`XDG_RUNTIME_DIR=${root}`))
    .map(processOf);

/**
 * The engine processes of such a server.
 * @param {string} root
 * @returns {number[]} their ids
 */
export const enginesOf = (root) =>
  processesOf(root)
    .filter(({ command }) => /[\\/]dist[\\/]engine\.js( |$)/.test(command))
    .map(({ pid }) => Number(pid));

/**
 * Stops the engine processes of such a server where they are, so that what they do takes as long as
 * a test needs and none of the processor's time. A process that must end can be killed all the same.
 * @param {string} root
 * @returns {() => void} lets them go on
 */
export function freezeEngines(root) {
  const pids = enginesOf(root);
  if (pids.length === 0) throw new Error('No engine process is there.');
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids.filter((one) => enginesOf(root).includes(one)))
      process.kill(pid, 'SIGCONT');
  };
}

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

const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** @returns {Process} */
const processOf = (pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ') });

/** Empty once the process has ended. */
function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
