import { environmentProblems } from '../shared/environment';
import { RpcEndpoint, type CallContext, type RpcApi } from '../shared/rpc';
import { Engine } from './engine';
import { named } from './errors';
import { DRAW_ARGUMENT, serveDrawings } from './image/drawing';
import { giveWay } from './runtime/priority';
import { CHECK_ARGUMENT } from './trust/checkProcess';
import { serveCheck } from './trust/checkMain';
import { Watchdog } from './watchdog/watchdog';

declare const PISA_UPSCALE_VERSION: string;

/**
 * The forked process. Arguments: `--store <folder>` and the model folders, or `--check <check>` to
 * try a device or a model on it and end, or `--draw` to draw SVGs. Talks over Node's IPC channel and ends when the parent goes away.
 */
function main(): void {
  const args = process.argv.slice(2);
  if (!process.send) {
    console.error(
      'This is the engine process of PiSA Upscale; it is started by the extension or the ' +
        'command-line tool.',
    );
    process.exit(2);
  }
  // Ctrl+C in a terminal reaches the whole process group; the parent decides what it means.
  process.on('SIGINT', () => undefined);
  const watchdog = new Watchdog();
  if (args[0] === CHECK_ARGUMENT) {
    void serveCheck(args[1] ?? '');
    return;
  }
  giveWay();
  if (args[0] === DRAW_ARGUMENT) {
    serveDrawings();
    return;
  }
  const [flag, store, ...modelFolders] = args;
  if (flag !== '--store' || store === undefined)
    throw new Error('The first arguments must be --store <folder>.');
  // The terminal refuses them; an editor, which nobody starts with a value in mind, goes on without.
  for (const problem of environmentProblems(process.env, process.platform === 'win32'))
    console.warn(problem);
  const engine = new Engine({
    modelFolders,
    store,
    entry: __filename,
    version: PISA_UPSCALE_VERSION,
    watchdog,
  });
  const endpoint = new RpcEndpoint(
    { post: send, onMessage: (listener) => process.on('message', listener) },
    withNamedErrors(engine.api()),
  );
  // The parent is gone, perhaps killed: what runs is cancelled and cleans up after itself.
  process.on('disconnect', () => {
    endpoint.close({ code: 'cancelled', message: 'The connection was closed.' });
    void engine.settled().finally(() => process.exit(0));
  });
}

/** What a method throws of the system reaches the person in words. */
function withNamedErrors(api: RpcApi): RpcApi {
  return Object.fromEntries(
    Object.entries(api).map(([method, handler]) => [
      method,
      async (params: never, context: CallContext) => {
        try {
          return await handler(params, context);
        } catch (error) {
          throw named(error);
        }
      },
    ]),
  );
}

/**
 * Between the parent's death and the news of it a message can't be sent; the callback keeps that
 * from being an uncaught error.
 */
function send(message: unknown): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

main();
