import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { describeBinary } from '../../../scripts/package/binaries.mjs';
import { withoutFiles } from '../../../scripts/package/extensionReadme.mjs';
import { releaseNotes } from '../../../scripts/package/releaseNotes.mjs';
import { TARGETS } from '../../../scripts/package/targets.mjs';
import { REPOSITORY } from '../../harness/paths.mjs';

const read = (name: string): string => readFileSync(path.join(REPOSITORY, name), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

test('the changelog’s newest heading is the version', () => {
  assert.ok(releaseNotes(read('CHANGELOG.md'), version, `v${version}`).length > 0);
});

test('another version, another tag and an empty chapter are refused', () => {
  const changelog = '# Changelog\n\n## 1.2.0\n\n- new\n\n## 1.1.0\n\n- old\n';
  assert.equal(releaseNotes(changelog, '1.2.0'), '- new');
  assert.throws(() => releaseNotes(changelog, '1.3.0'), /"1\.2\.0".*1\.3\.0/);
  assert.throws(() => releaseNotes(changelog, '1.2.0', 'v1.3.0'), /tag is v1\.3\.0/);
  assert.throws(() => releaseNotes('## 1.2.0\n\n## 1.1.0\n\n- old\n', '1.2.0'), /says nothing/);
});

test('the oldest VS Code of the tests is the oldest that the manifest allows', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { vscode: string } };
  const { dependencies } = JSON.parse(read('test/harness/vscode-host-oldest/package.json')) as {
    dependencies: Record<string, string>;
  };
  // code-server counts its own major version before VS Code's minor.
  const [, minor] = dependencies['code-server']!.split('.');
  assert.equal(engines.vscode, `^1.${minor!}.0`);
});

test('the release makes a package for every target', () => {
  const workflow = read('.github/workflows/release.yml');
  const listed = /target: \[([^\]]+)\]/.exec(workflow)?.[1]?.split(', ');
  assert.deepEqual(listed, Object.keys(TARGETS));
});

test('binaries are known by their first bytes', () => {
  const bytes = (...values: number[]): Buffer =>
    Buffer.concat([Buffer.from(values), Buffer.alloc(200)]);
  const elf = (machine: number): Buffer => {
    const head = bytes(0x7f, 0x45, 0x4c, 0x46);
    head.writeUInt16LE(machine, 18);
    return head;
  };
  const pe = (machine: number): Buffer => {
    const head = bytes(0x4d, 0x5a);
    head.writeUInt32LE(0x80, 60);
    head.write('PE\0\0', 0x80, 'latin1');
    head.writeUInt16LE(machine, 0x84);
    return head;
  };
  const macho = (cpu: number): Buffer => {
    const head = bytes(0xcf, 0xfa, 0xed, 0xfe);
    head.writeUInt32LE(cpu, 4);
    return head;
  };
  assert.deepEqual(
    [elf(0x3e), elf(0xb7), elf(3), pe(0x8664), pe(0xaa64), macho(0x0100000c)].map(describeBinary),
    ['elf x64', 'elf arm64', 'elf ?', 'pe x64', 'pe arm64', 'macho arm64'],
  );
  assert.equal(describeBinary(bytes(0, 0x61, 0x73, 0x6d)), 'wasm');
  assert.equal(describeBinary(Buffer.from('text, and not a binary. '.repeat(9))), undefined);
  assert.equal(describeBinary(Buffer.from('MZ')), undefined);
});

test('without a repository the README names no files', () => {
  const kept = '[d](https://e.org) [f](#g) ![h](https://i.org/j.png)\n';
  assert.equal(
    withoutFiles(`# A\n\n![a](media/icon.png)\n\n[b](docs/c.md) ${kept}`),
    `# A\n\nb ${kept}`,
  );
});
