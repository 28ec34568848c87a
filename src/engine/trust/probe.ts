import { differenceInWords } from '../../shared/deviceFindings';
import type { Agreement, DeviceReport } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';
import { wordsOf } from '../../shared/rpc';
import type { ComputeType } from '../graph/sd21/weights';
import { loadOnnxRuntime, type Ort } from '../runtime/onnxRuntime';
import { sessionOptions } from '../runtime/session';
import { OPERATOR_BOUNDS, relativeL2 } from './agreement';
import { operatorGraph, type OperatorCase } from './operators/operatorCase';
import { OPERATORS } from './operators/operators';
import { randomTensor } from './operators/pseudoRandom';
import { PROBE_SIDE, probeGraph, probeInput } from './probeGraph';
import { readableReason } from './readableReason';
import { counted, phrase, WordedError, type Words } from '../../shared/phrase';

const TIMED_RUNS = 3;
const SLOW_PROBE_MS = 1000;

/** What is to be found out of a device: how fast it is, or whether its operators are right, too. */
export type ProbeDepth = 'speed' | 'operators';

/**
 * Tries one device in this process: runs a small network there and on the CPU, and times it; with
 * the depth `operators` computes each operator on both, too. A device is usable when all agree in
 * float32; in float16 it has a record of its own. `onStep` learns what is computed next, so that a
 * crash has a name. Never throws.
 */
export async function probeDevice(
  device: Device,
  depth: ProbeDepth,
  onStep: (step: Words) => void = () => undefined,
): Promise<DeviceReport<Words>> {
  try {
    onStep(phrase`a small network`);
    const own = await openTimed(device);
    // The session stays open: it keeps the device's context for those of the operators.
    try {
      const { milliseconds } = own;
      if (device === 'cpu')
        return { device, usable: true, reason: phrase`the reference`, milliseconds };
      const network = await compareNetwork(own.result);
      const checks =
        depth === 'operators' && network.agrees
          ? await compareOperators(device, OPERATORS, onStep)
          : undefined;
      return { ...verdict(device, network, checks), milliseconds };
    } finally {
      await own.session.release();
    }
  } catch (error) {
    return { device, usable: false, reason: readableReason(wordsOf(error)) };
  }
}

/** What a device's results say of it: of the small network, and of the operators if they were tried. */
export function verdict(
  device: Device,
  network: Agreement<Words>,
  operators?: readonly Agreement<Words>[],
): DeviceReport<Words> {
  const full = [network, ...(operators ?? [])].filter(({ precision }) => precision === 'float32');
  const wrong = full.filter(({ agrees }) => !agrees);
  const maxDifference = Math.max(0, ...full.map(({ difference }) => difference ?? 0));
  const [first] = wrong;
  const agreed = operators
    ? phrase`${full.length - 1} operators agree with the CPU`
    : phrase`a small network agrees with the CPU`;
  const reason = first
    ? wrong.length === 1
      ? phrase`${first.what}: ${first.reason}`
      : counted(
          wrong.length - 1,
          phrase`${first.what}: ${first.reason}, and ${wrong.length - 1} more operator`,
          phrase`${first.what}: ${first.reason}, and ${wrong.length - 1} more operators`,
        )
    : agreed;
  const usable = wrong.length === 0;
  return { device, usable, reason, maxDifference, ...(operators ? { operators } : {}) };
}

async function compareNetwork(result: Float32Array): Promise<Agreement<Words>> {
  const reference = await openTimed('cpu');
  await reference.session.release();
  const bound = OPERATOR_BOUNDS.float32;
  const difference = relativeL2(result, reference.result);
  return {
    what: phrase`a small network`,
    precision: 'float32',
    bound,
    ...judged(difference, bound),
  };
}

/**
 * Computes operators on a device and on the CPU. In float16 only up to the first operator that is
 * wrong: no network uses it then. `onStep` learns what is computed next.
 */
export async function compareOperators(
  device: Device,
  operators: readonly OperatorCase[],
  onStep: (step: Words) => void = () => undefined,
): Promise<Agreement<Words>[]> {
  const checks: Agreement<Words>[] = [];
  for (const precision of ['float32', 'float16'] as const) {
    for (const each of operators) {
      if (precision === 'float16' && !each.hasHalf) continue;
      onStep(phrase`${each.name} in ${precision}`);
      const reference = await runOperator(each, 'float32', 'cpu');
      const check = await compare(each, precision, device, reference);
      checks.push(check);
      if (precision === 'float16' && !check.agrees) break;
    }
  }
  return checks;
}

async function compare(
  operator: OperatorCase,
  precision: ComputeType,
  device: Device,
  reference: Float32Array,
): Promise<Agreement<Words>> {
  const bound = OPERATOR_BOUNDS[precision];
  const common = { what: operator.name, precision, bound };
  try {
    const difference = relativeL2(await runOperator(operator, precision, device), reference);
    return { ...common, ...judged(difference, bound) };
  } catch (error) {
    return { ...common, agrees: false, reason: readableReason(wordsOf(error)) };
  }
}

/** Whether a difference is within a bound, in words. */
export function judged(
  difference: number,
  bound: number,
): Pick<Agreement<Words>, 'difference' | 'agrees' | 'reason'> {
  if (Number.isNaN(difference)) return { agrees: false, reason: phrase`its result holds NaN` };
  const [own, most] = [differenceInWords(difference), differenceInWords(bound)];
  return difference <= bound
    ? { difference, agrees: true, reason: phrase`within ${own} of the CPU (at most ${most})` }
    : {
        difference,
        agrees: false,
        reason: phrase`differs by ${own} from the CPU (at most ${most})`,
      };
}

async function runOperator(
  operator: OperatorCase,
  type: ComputeType,
  device: Device,
): Promise<Float32Array> {
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(
    operatorGraph(operator, type),
    sessionOptions(device),
  );
  try {
    const feeds = Object.entries(operator.inputs).map(([name, dims], i) => {
      const { data } = randomTensor(dims, 11 + i, operator.range);
      return [name, new ort.Tensor('float32', data, dims)] as const;
    });
    return floatsOf(await session.run(Object.fromEntries(feeds)));
  } finally {
    await session.release();
  }
}

async function openTimed(device: Device): Promise<{
  session: Ort.InferenceSession;
  milliseconds: number;
  result: Float32Array<ArrayBuffer>;
}> {
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(probeGraph(), sessionOptions(device));
  try {
    const image = new ort.Tensor('float32', probeInput(), [1, 3, PROBE_SIDE, PROBE_SIDE]);
    let result = new Float32Array();
    const timed = async (): Promise<number> => {
      const start = performance.now();
      result = floatsOf(await session.run({ image }));
      return performance.now() - start;
    };
    // The first run also compiles shaders; only a device that is quick enough to matter is worth
    // timing again.
    const first = await timed();
    let milliseconds = first;
    for (let run = 0; run < TIMED_RUNS && first < SLOW_PROBE_MS; run++)
      milliseconds = Math.min(milliseconds, await timed());
    return { session, milliseconds, result };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function floatsOf({ result }: Ort.InferenceSession.OnnxValueMapType): Float32Array<ArrayBuffer> {
  if (!result || !('data' in result) || !(result.data instanceof Float32Array))
    throw new WordedError(phrase`it yielded no float32 result`);
  return Float32Array.from(result.data);
}
