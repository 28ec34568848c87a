import type { Stats } from 'node:fs';
import { readFile, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import type { Size } from '../../../shared/geometry';
import { openRegular } from '../../../files/openRegular';
import { throwIfCancelled } from '../../errors';
import { quoted } from '../../checkpoint/limits';
import { externalFiles } from '../../graph/externalData';
import {
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type GraphProto,
  type ModelProto,
  type ValueInfoProto,
} from '../../graph/proto/onnx_pb';
import { sha256Of } from '../fileChecks';
import type { OnnxContract, OwnFile } from './fileManifest';
import { tryOnnx } from './tryOnnx';
import { speedClass } from '../../../shared/speedClass';
import { featherFor, tilePixelsFor, wrongFile, type RecognisedFile } from './recognised';
import { phrase } from '../../../shared/phrase';

/** A graph with its weights must fit into one protobuf message, which has at most 2 GB. */
const MOST_BYTES = 2 ** 31 - 1;
const DOMAINS = new Set(['', 'ai.onnx', 'com.microsoft']);
/** Operators that run other graphs, again and again or by a condition. */
const LOOPS = new Set(['Loop', 'Scan', 'If', 'SequenceMap']);
const OLDEST_OPSET = 11n;
/** Nobody knows how far such a network sees; it is what the largest of the known ones need. */
const HALO = 48;
/** Memory of an input pixel in a network that nobody knows, as ESRGAN has it. */
const BYTES_PER_PIXEL = 16_000;

/** Whether a file is to be read as ONNX: by its name, or as a protobuf that begins as ONNX does. */
export async function isOnnxName(file: string): Promise<boolean> {
  const { handle } = await openRegular(file, { followLinks: true });
  try {
    const start = Buffer.alloc(16);
    await handle.read(start, 0, start.length, 0);
    // Field 1, a small number: the version of the format. A safetensors file has "{" at 8.
    const begins = start[0] === 8 && (start[1] ?? 0) < 32 && start[8] !== '{'.charCodeAt(0);
    return begins || path.extname(file).toLowerCase() === '.onnx';
  } finally {
    await handle.close();
  }
}

/**
 * Finds out how an ONNX model of somebody else takes pictures: one input and one output, [1,C,H,W],
 * float32 or float16. Scale, multiples and range are found by running it.
 */
export async function recogniseOnnx(
  file: string,
  signal?: AbortSignal,
): Promise<Omit<RecognisedFile, 'file'>> {
  const { size } = await stat(file);
  if (size > MOST_BYTES)
    throw wrongFile(file, phrase`an ONNX file of more than 2 GB can't be read`);
  const bytes = await readFile(file);
  const { model, graph } = parse(bytes, file);
  refuseOperators(model, graph, file);
  const data = await dataFiles(bytes, file, signal);
  const shape = contractShape(graph, file);
  if (signal) throwIfCancelled(signal);
  const { scale, multipleOf, ...contract } = await tryOnnx(file, bytes, shape);
  const { side } = shape;
  const halo = side ? Math.min(HALO, Math.floor(Math.min(side.width, side.height) / 4)) : HALO;
  return {
    kind: 'onnx',
    scale,
    sizeRule: { multipleOf, minimum: side ? Math.min(side.width, side.height) : 32 },
    margin: 0,
    halo: Math.ceil(halo / multipleOf) * multipleOf,
    exactHalo: false,
    feather: featherFor(halo),
    tilePixels: side ? side.width * side.height : tilePixelsFor(BYTES_PER_PIXEL, HALO),
    architecture: 'onnx',
    architectureName: 'ONNX',
    size: `${graph.node.length} operators`,
    speed: speedClass(weightsOf(graph)),
    onnx: contract,
    ...(side ? { tile: side } : {}),
    ...(data.length > 0 ? { data } : {}),
  };
}

/** How many weights its kernels and matrices have. */
const weightsOf = ({ initializer }: GraphProto): number =>
  initializer
    .filter(({ dims }) => dims.length === 2 || dims.length === 4)
    .reduce((sum, { dims }) => sum + dims.reduce((size, dim) => size * Number(dim), 1), 0);

function parse(
  bytes: Buffer,
  file: string,
): { readonly model: ModelProto; readonly graph: GraphProto } {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph && model.graph.node.length > 0) return { model, graph: model.graph };
  } catch {
    // Told below.
  }
  throw wrongFile(file, phrase`it is not an ONNX model, or it is cut off`);
}

function refuseOperators(model: ModelProto, graph: GraphProto, file: string): void {
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (!opset || opset.version < OLDEST_OPSET)
    throw wrongFile(
      file,
      phrase`it is written in ONNX opset ${String(opset?.version ?? 0)}; export it again with 17`,
    );
  for (const { opType, domain, attribute } of [
    ...graph.node,
    ...model.functions.flatMap(({ node }) => node),
  ]) {
    if (!DOMAINS.has(domain) && !model.functions.some(({ name }) => name === opType))
      throw wrongFile(
        file,
        phrase`it needs the operator ${quoted(opType)} of "${quoted(domain)}", which ONNX Runtime lacks`,
      );
    if (
      LOOPS.has(opType) ||
      attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0)
    )
      throw wrongFile(
        file,
        phrase`its operator ${quoted(opType)} runs other graphs, which need not ever end`,
      );
  }
}

/** The files that its weights lie in: plain files in its folder, nowhere else. */
async function dataFiles(
  bytes: Buffer,
  file: string,
  signal: AbortSignal | undefined,
): Promise<OwnFile[]> {
  const folder = path.dirname(file);
  const files: OwnFile[] = [];
  for (const location of externalFiles(bytes)) {
    const parts = location.split(/[\\/]/);
    const place = path.resolve(folder, location);
    if (
      location === '' ||
      path.isAbsolute(location) ||
      parts.includes('..') ||
      /^[A-Za-z]:/.test(location)
    )
      throw wrongFile(file, phrase`its weights lie in "${quoted(location)}", outside its folder`);
    const opened = await openRegular(place, { followLinks: false }).catch(() => {
      throw wrongFile(
        file,
        phrase`its weights lie in "${quoted(location)}", which is not there; put it beside the model`,
      );
    });
    const { mtimeMs, size } = await statAndClose(opened.handle);
    files.push({
      path: place,
      bytes: size,
      sha256: await sha256Of(place, undefined, signal),
      modified: mtimeMs,
    });
  }
  return files;
}

async function statAndClose(handle: FileHandle): Promise<Stats> {
  try {
    return await handle.stat();
  } finally {
    await handle.close();
  }
}

/** What a graph says of its input and output. */
export type OnnxShape = Pick<OnnxContract, 'input' | 'output' | 'type'> & {
  readonly inputChannels: number | undefined;
  /** The only size of the input, where there is only one. */
  readonly side?: Size;
};

function contractShape(graph: GraphProto, file: string): OnnxShape {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !stored.has(name));
  const [input, output] = [inputs[0], graph.output[0]];
  if (inputs.length !== 1 || graph.output.length !== 1 || !input || !output)
    throw wrongFile(
      file,
      phrase`the number of its inputs is ${inputs.length} and of its outputs ${graph.output.length}, where one picture goes in and one comes out`,
    );
  const { type, dims } = tensorType(input, file, 'input');
  tensorType(output, file, 'output');
  const [batch, channels, height, width] = dims;
  if (batch !== undefined && batch !== 1)
    throw wrongFile(file, phrase`it takes ${batch} pictures at once`);
  if (channels !== undefined && ![1, 3, 4].includes(channels))
    throw wrongFile(
      file,
      phrase`its input has the shape [${dims.map((dim) => dim ?? '?').join(', ')}] where [1, 3, height, width] is needed`,
    );
  return {
    input: input.name,
    output: output.name,
    type,
    inputChannels: channels,
    ...(height !== undefined && width !== undefined ? { side: { width, height } } : {}),
  };
}

/** Rank and type of a value; unknown dimensions are undefined. */
function tensorType(
  { name, type }: ValueInfoProto,
  file: string,
  what: string,
): { readonly type: 'float32' | 'float16'; readonly dims: readonly (number | undefined)[] } {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const isHalf = tensor?.elemType === (DataType.FLOAT16 as number);
  if (!tensor || (tensor.elemType !== (DataType.FLOAT as number) && !isHalf))
    throw wrongFile(file, phrase`its ${what} "${quoted(name)}" is not a float32 or float16 tensor`);
  const dims = (tensor.shape?.dim ?? []).map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
  if (tensor.shape && dims.length !== 4)
    throw wrongFile(
      file,
      phrase`its ${what} "${quoted(name)}" has ${dims.length} dimensions where a picture has four`,
    );
  return { type: isHalf ? 'float16' : 'float32', dims };
}
