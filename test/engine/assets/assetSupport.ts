import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { EngineClient, type UpscaleCall } from '../../../src/client/engineClient';
import type { UpscaleResult } from '../../../src/shared/engineProtocol';
import { DEFAULT_SETTINGS } from '../../../src/shared/settings';
import {
  callFor,
  EMBEDDED_MODELS,
  ENGINE,
  NO_STORE,
  temporaryFolder,
  TEST_MODELS,
} from '../support';
import { fromRaw, type Raw } from './pictures';

export type Part = Partial<UpscaleCall>;

/** λ = (0, 0): the bicubic base, which says nothing about a model. */
export const PLAIN: Part = { model: 'one-layer-4x', guidance: { pixel: 0, semantic: 0 } };
/** What a person gets who changes nothing. */
export const DEFAULT_MODEL: Part = { model: DEFAULT_SETTINGS.model };

export type Bench = {
  readonly folder: string;
  readonly file: (name: string) => string;
  /** Writes bytes, or a picture as PNG. */
  readonly write: (name: string, content: Buffer | Raw) => Promise<string>;
  readonly upscale: (input: string, part?: Part) => Promise<UpscaleResult>;
};

/** One for all files of a process, which have said that they need it before the first of them runs. */
const client = new EngineClient({
  entry: ENGINE,
  modelFolders: [EMBEDDED_MODELS, TEST_MODELS],
  store: NO_STORE,
  idleSeconds: 600,
  log: () => undefined,
});
let users = 0;

/** An engine and a folder for one file of tests. */
export function bench(): Bench {
  const folder = temporaryFolder();
  users++;
  after(async () => {
    if (--users === 0) await client.dispose();
  });
  const file = (name: string): string => path.join(folder, name);
  return {
    folder,
    file,
    write: async (name, content) => {
      writeFileSync(
        file(name),
        Buffer.isBuffer(content) ? content : await fromRaw(content).png().toBuffer(),
      );
      return file(name);
    },
    upscale: (input, part = {}) => client.upscale(callFor(input, part)),
  };
}
