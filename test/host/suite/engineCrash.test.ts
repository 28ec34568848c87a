import assert from 'node:assert/strict';
import path from 'node:path';
import {
  activate,
  freshFolder,
  listing,
  pngSize,
  processorSeconds,
  scratchFolders,
  until,
  upscale,
  useModel,
} from './support';

type Outcome = { readonly rejected: boolean; readonly message: string; readonly outputs: number };

/** How a run ended, without throwing. */
const outcomeOf = (file: string): Promise<Outcome> =>
  upscale(file).then(
    (results) => ({
      rejected: false,
      message: '',
      outputs: results.filter(({ output }) => output !== '').length,
    }),
    (error: unknown) => ({
      rejected: true,
      message: error instanceof Error ? error.message : String(error),
      outputs: 0,
    }),
  );

describe('an engine that dies in the middle of a run', () => {
  after(() => useModel(undefined));

  it('ends the run, leaves nothing behind, and the next run works', async function () {
    this.timeout(120_000);
    const api = await activate();
    const folder = freshFolder('large.png', 'small.png');
    await useModel('slow-4x');
    let outcome: Outcome | undefined;
    const run = outcomeOf(path.join(folder, 'large.png')).then((value) => (outcome = value));
    await until(() => scratchFolders().length > 0 && api.engine() !== undefined, 'the run starts');
    const pid = api.engine();
    assert.ok(pid !== undefined);
    // Starting and decoding take half a second.
    await until(
      () => outcome !== undefined || processorSeconds(pid) > 2,
      'the run is in the network',
    );
    assert.equal(outcome, undefined, 'the run ended before the engine could be killed');

    const killed = Date.now();
    process.kill(pid, 'SIGKILL');
    const { rejected, message, outputs } = await run;
    console.log(
      `      the run ended ${Date.now() - killed} ms after the kill: ` +
        (rejected ? message : 'reported, no result'),
    );
    assert.equal(outputs, 0);
    if (rejected) assert.match(message, /engine/i);
    assert.deepEqual(listing(folder), ['large.png', 'small.png']);
    assert.deepEqual(scratchFolders(), []);

    await useModel(undefined);
    await upscale(path.join(folder, 'small.png'));
    assert.deepEqual(listing(folder), ['large.png', 'small.png', 'small@4x.png']);
    const { width, height } = pngSize(path.join(folder, 'small.png'));
    assert.deepEqual(pngSize(path.join(folder, 'small@4x.png')), {
      width: 4 * width,
      height: 4 * height,
    });
    const next = api.engine();
    assert.ok(next !== undefined && next !== pid, 'a new engine was started');
  });
});
