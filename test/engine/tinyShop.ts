import { cpSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach } from 'node:test';
import { startFileServer, type FileServer } from '../harness/fileServer';
import { OSEDIFF_VARIABLE } from '../harness/tinyPackage.mjs';
import { GOLDEN_PISA, TINY_OSEDIFF, TINY_PISA } from './pisaSupport';
import { temporaryFolder } from './support';
import { AGREED, buildTinyPackage, tinyCli, type Run } from './tinyCli';

/** A command-line tool that knows the tiny checkpoints, and servers that offer them. */
export type TinyShop = {
  readonly folder: string;
  /** The mirror. */
  readonly server: FileServer;
  /** Where `osediff.pkl` is. */
  readonly authors: FileServer;
  /** Of the test that runs. */
  readonly store: string;
  /** Goes on with a store that is empty. */
  readonly newStore: () => void;
  readonly cli: (...args: readonly string[]) => Promise<Run>;
  readonly install: (id: string, ...args: readonly string[]) => Promise<Run>;
  readonly installPisa: (...args: readonly string[]) => Promise<Run>;
  readonly importing: (id: string, from: string, ...args: readonly string[]) => Promise<Run>;
  /** Upscales `source.png`, which lies in the folder, on the CPU. */
  readonly upscaled: (model: string, output: string, ...args: readonly string[]) => Promise<Run>;
  /** The files that a server was asked for, from its request number `start` on. */
  readonly fetched: (from: FileServer, start?: number) => string[];
};

/**
 * Opens it for the tests of a suite, each with a store of its own. `fill` puts what is offered into a
 * folder; the tiny Stable Diffusion alone unless given.
 */
export function tinyShop(fill?: (files: string) => void): TinyShop {
  const folder = temporaryFolder();
  const files = fill ? path.join(folder, 'files') : TINY_PISA;
  let servers: readonly [FileServer, FileServer] | undefined;
  let count = 0;
  before(async () => {
    fill?.(files);
    await buildTinyPackage({ files });
    servers = [await startFileServer(files), await startFileServer(TINY_OSEDIFF)];
    process.env[OSEDIFF_VARIABLE] = servers[1].url;
    cpSync(path.join(GOLDEN_PISA, 'source.png'), path.join(folder, 'source.png'));
  });
  after(async () => {
    process.env[OSEDIFF_VARIABLE] = undefined;
    for (const server of servers ?? []) await server.close();
  });
  beforeEach(() => shop.newStore());
  const opened = (): readonly [FileServer, FileServer] => {
    if (!servers) throw new Error('The servers run while tests do.');
    return servers;
  };
  const shop: TinyShop = {
    folder,
    get server() {
      return opened()[0];
    },
    get authors() {
      return opened()[1];
    },
    get store() {
      return path.join(folder, `store-${count}`);
    },
    newStore() {
      count++;
    },
    cli: (...args) => tinyCli(folder, shop.store, ...args),
    install: (id, ...args) =>
      shop.cli(
        ...['models', 'install', id, '--mirror', shop.server.url, '--accept-licences'],
        ...AGREED.install,
        ...args,
      ),
    installPisa: (...args) =>
      shop.install('pisa-sr', '--weights', path.join(TINY_PISA, 'pisa_sr.pkl'), ...args),
    importing: (id, from, ...args) =>
      shop.cli('models', 'import', from, '--id', id, ...AGREED.import, ...args),
    upscaled: (model, output, ...args) =>
      shop.cli(
        ...['source.png', '--model', model, '--device', 'cpu', '--overwrite', '-o', output],
        ...args,
      ),
    fetched: (from, start = 0) =>
      from.requests
        .slice(start)
        .filter(({ method }) => method === 'GET')
        .map(({ path: name }) => name.replace(/^\//, ''))
        .sort(),
  };
  return shop;
}
