import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { throwIfCancelled } from '../../errors';
import { externalTensors } from '../../graph/externalData';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../graph/proto/onnx_pb';
import type { BuiltGraph } from '../../runtime/session';
import { phrase, WordedError } from '../../../shared/phrase';

/** The files of a packed graph. */
export const GRAPH_FILE = 'model.onnx';
export const WEIGHTS_FILE = 'model.onnx.data';

/** Where weights begin in their file: at a page, so that they can be mapped. */
const ALIGNMENT = 4096;
const CHUNK = 2 ** 20;

/**
 * Writes a graph into `folder` so that it needs nothing else: weights that lie in other files, such
 * as a checkpoint, are copied into one beside it. `mayRead` says which files those may be: a graph
 * that came from elsewhere can name any. Resolves with the names of what was written.
 */
export async function packGraph(
  { onnx, folder: from }: BuiltGraph,
  folder: string,
  mayRead: (file: string) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const model = fromBinary(ModelProtoSchema, onnx);
  const tensors = externalTensors(model);
  let weights: FileHandle | undefined;
  let at = 0;
  try {
    for (const tensor of tensors) {
      throwIfCancelled(signal);
      const told = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
      const source = path.resolve(from, told.get('location') ?? '');
      if (!mayRead(source))
        throw new WordedError(
          phrase`it names ${source}, which is not a file of the model, as a place of weights`,
        );
      weights ??= await open(path.join(folder, WEIGHTS_FILE), 'wx');
      at = Math.ceil(at / ALIGNMENT) * ALIGNMENT;
      const length = await copyPart(source, Number(told.get('offset') ?? 0), told.get('length'), {
        weights,
        at,
        signal,
      });
      tensor.externalData = Object.entries({
        location: WEIGHTS_FILE,
        offset: String(at),
        length: String(length),
      }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
      at += length;
    }
  } finally {
    await weights?.close();
  }
  const graph = await open(path.join(folder, GRAPH_FILE), 'wx');
  try {
    await graph.writeFile(tensors.length === 0 ? onnx : toBinary(ModelProtoSchema, model));
  } finally {
    await graph.close();
  }
  return [GRAPH_FILE, ...(weights ? [WEIGHTS_FILE] : [])];
}

/** Copies bytes of a file, to its end unless a length is told. Resolves with how many. */
async function copyPart(
  source: string,
  offset: number,
  told: string | undefined,
  { weights, at, signal }: { weights: FileHandle; at: number; signal: AbortSignal },
): Promise<number> {
  const file = await open(source, 'r');
  try {
    const length = told === undefined ? (await file.stat()).size - offset : Number(told);
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK, length)));
    for (let done = 0; done < length;) {
      throwIfCancelled(signal);
      const { bytesRead } = await file.read(
        buffer,
        0,
        Math.min(buffer.length, length - done),
        offset + done,
      );
      if (bytesRead === 0) throw new WordedError(phrase`${source} ends before its weights do`);
      await weights.write(buffer, 0, bytesRead, at + done);
      done += bytesRead;
    }
    return length;
  } finally {
    await file.close();
  }
}
