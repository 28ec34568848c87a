/**
 * One layer of an ncnn network: `inputs` and `outputs` are names of blobs, `parameters` ncnn's
 * numbered ones.
 */
export type NcnnLayer = {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: ReadonlyMap<number, readonly number[]>;
};

const MAGIC = '7767517';
/** Numbers from here down are arrays: −23300 − n is the array n. */
const ARRAYS = -23300;

/**
 * Reads the text of a `.param` file
 * (https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure).
 */
export function readNcnnParam(text: string): NcnnLayer[] {
  const [magic, , ...lines] = text.trim().split('\n');
  if (magic?.trim() !== MAGIC) throw new Error('This is no ncnn network.');
  return lines.map((line) => {
    const [type = '', name = '', inputCount = '', outputCount = '', ...rest] = line
      .trim()
      .split(/\s+/);
    const inputs = Number(inputCount);
    const outputs = inputs + Number(outputCount);
    return {
      type,
      name,
      inputs: rest.slice(0, inputs),
      outputs: rest.slice(inputs, outputs),
      parameters: new Map(rest.slice(outputs).map(readParameter)),
    };
  });
}

function readParameter(text: string): [number, number[]] {
  const [key = '', value = ''] = text.split('=');
  const number = Number(key);
  const values = value.split(',').map(Number);
  // An array begins with its length.
  return number <= ARRAYS ? [ARRAYS - number, values.slice(1)] : [number, values];
}

/** Marks weights stored as 16-bit floats; 0 marks 32-bit floats. */
const HALF_FLOATS = 0x01306b47;

/**
 * Reads the weights in a `.bin` file, which stand there one after another in the order of the
 * layers.
 */
export class NcnnWeights {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** The next weights with a type mark, as convolutions' kernels have it. */
  marked(count: number): Float32Array {
    const mark = this.bytes.readUInt32LE(this.at);
    this.at += 4;
    if (mark === 0) return this.floats(count);
    if (mark !== HALF_FLOATS)
      throw new Error(`Weights of the kind 0x${mark.toString(16)} are not supported.`);
    const values = Float32Array.from({ length: count }, (_, i) =>
      halfToFloat(this.bytes.readUInt16LE(this.at + 2 * i)),
    );
    this.at += Math.ceil((2 * count) / 4) * 4;
    return values;
  }

  /** The next 32-bit floats, as biases are stored. */
  floats(count: number): Float32Array {
    const values = Float32Array.from({ length: count }, (_, i) =>
      this.bytes.readFloatLE(this.at + 4 * i),
    );
    this.at += 4 * count;
    return values;
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }
}

/** IEEE 754 binary16 to a number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
