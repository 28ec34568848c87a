// How long a drawing may take, with a process in the drawer's place that says what it is told to.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Drawings } from '../../src/engine/image/drawing';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pu-'));
const entry = path.join(folder, 'drawer.cjs');
/**
 * The limit here, in which a process starts on a busy machine, too, and beats with more time than that
 * between the first and the last.
 */
const [MOST_SECONDS, BEATS, BETWEEN_MS] = [8, 6, 1500];
const { signal } = new AbortController();

before(() =>
  // The "SVG" is what each beat says.
  writeFileSync(
    entry,
    `process.on('disconnect', () => process.exit(0));
    process.on('message', ({ svg }) => {
      let beats = 0;
      const timer = setInterval(() => {
        if (svg !== 'silence' && beats < ${BEATS}) process.send({ seconds: Number(svg) });
        if (svg !== 'silence' && ++beats > ${BEATS}) {
          clearInterval(timer);
          process.send({ drawn: { width: 3, height: 2 } });
        }
      }, ${BETWEEN_MS});
    });`,
  ),
);
after(() => rmSync(folder, { recursive: true, force: true }));

const drawn = (says: string): Promise<unknown> =>
  new Drawings(entry, MOST_SECONDS).draw('art.svg', { svg: says }, signal);

test('a drawing that a busy machine holds up is waited for', async () => {
  assert.deepEqual(await drawn('0.2'), { width: 3, height: 2 });
});

for (const [title, says] of [
  ['takes too much of the processor', String(MOST_SECONDS + 1)],
  ['no longer says anything', 'silence'],
] as const)
  test(`a drawing that ${title} is given up, and the next one has a new process`, async () => {
    const drawings = new Drawings(entry, MOST_SECONDS);
    await assert.rejects(drawings.draw('art.svg', { svg: says }, signal), {
      code: 'input-too-slow',
      message: /art\.svg was not drawn within 8 seconds/,
    });
    assert.deepEqual(await drawings.draw('art.svg', { svg: '0' }, signal), { width: 3, height: 2 });
  });
