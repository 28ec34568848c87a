/** Tells by its first bytes what a native binary is made for. */

const ELF_MACHINES = { 0x3e: 'x64', 0xb7: 'arm64' };
const PE_MACHINES = { 0x8664: 'x64', 0xaa64: 'arm64' };
const MACH_O_CPUS = { 0x01000007: 'x64', 0x0100000c: 'arm64' };

const WASM_MAGIC = 0x0061736d;
const ELF_MAGIC = 0x7f454c46;
const MACH_O_64_MAGIC = 0xfeedfacf;
const MACH_O_FAT_MAGIC = 0xcafebabe;

/**
 * `elf x64`, `pe arm64`, `macho arm64`, `wasm`, …; undefined for what is no binary. A machine that
 * is not known is `?`.
 * @param {Buffer} bytes at least the first kilobyte
 */
export function describeBinary(bytes) {
  if (bytes.length < 64) return undefined;
  const magic = bytes.readUInt32BE(0);
  if (magic === WASM_MAGIC) return 'wasm';
  if (magic === ELF_MAGIC) return `elf ${ELF_MACHINES[bytes.readUInt16LE(18)] ?? '?'}`;
  if (bytes.readUInt32LE(0) === MACH_O_64_MAGIC)
    return `macho ${MACH_O_CPUS[bytes.readUInt32LE(4)] ?? '?'}`;
  if (magic === MACH_O_FAT_MAGIC) return 'macho fat';
  if (bytes.toString('latin1', 0, 2) === 'MZ') return describePortableExecutable(bytes);
  return undefined;
}

function describePortableExecutable(bytes) {
  const header = bytes.readUInt32LE(60);
  if (header + 6 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0')
    return 'pe ?';
  return `pe ${PE_MACHINES[bytes.readUInt16LE(header + 4)] ?? '?'}`;
}
