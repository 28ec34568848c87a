import { createHash } from 'node:crypto';
import { halfPrecision } from '../../shared/deviceFindings';
import type {
  DeviceReport,
  DevicesReport,
  ModelTrust,
  PrecisionFinding,
} from '../../shared/engineProtocol';
import type { Device, DeviceChoice } from '../../shared/settings';
import { cancelled, changeSetting, engineError } from '../errors';
import type { ComputeType } from '../graph/sd21/weights';
import type { Model } from '../models/model';
import { GPUS, type DeviceChecks, type Tried } from './deviceChecks';
import { isDeviceReport, isModelTrust, isPrecisionFinding } from './findings';
import type { ProbeDepth } from './probe';
import { chooseAuto, isFaster } from './speed';
import type { TrustFile } from './trustFile';
import { type Phrase, type Words, phrase } from '../../shared/phrase';

/** What may pass (a crash, a device that was busy) is tried again after a day. */
const RETRY_MS = 24 * 60 * 60_000;
/** Weights that are not run on a device slower than the CPU only to tell how close it is. */
const LARGE_BYTES = 256 * 2 ** 20;

/**
 * Knows which devices work here, and which models may run on which: a model is trusted to a device
 * only after its own networks agreed there with the CPU. Each thing is found out when it is first
 * needed, and kept for the driver, the versions and the model's files that it was found out for.
 * The CPU is the reference and costs nothing.
 */
export class DeviceTrust {
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly drivers = new Map<Device, Promise<string | undefined>>();

  constructor(
    private readonly checks: DeviceChecks,
    private readonly kept: TrustFile,
  ) {}

  /**
   * Every device with its operators checked, and the given models on each that is usable.
   * `refresh` forgets what is known.
   */
  async report({
    refresh = false,
    models = [],
  }: { refresh?: boolean; models?: readonly Model[] } = {}): Promise<DevicesReport<Words>> {
    if (refresh) this.drivers.clear();
    const cpu = await this.probed('cpu', 'speed', refresh);
    const devices = [cpu];
    for (const device of GPUS) devices.push(await this.probedWhole(device, refresh));
    const trusts: ModelTrust<Words>[] = [];
    for (const report of devices.filter(({ device, usable }) => usable && device !== 'cpu')) {
      const isSlow = !isFaster(report, cpu);
      for (const model of models)
        trusts.push(...(await this.trusts(model, report, isSlow && isLarge(model), refresh)));
    }
    const precisions: PrecisionFinding<Words>[] = [];
    for (const model of models.filter(hasTwoForms))
      precisions.push(await this.found8(model, refresh));
    return { devices, auto: chooseAuto(devices), models: trusts, precisions };
  }

  /**
   * The device to run a model on. The CPU needs no check; `auto` takes the fastest device that the
   * model is trusted to, and tells in `notes` why not a faster one; a named device that can't be
   * used, or where the model does not agree with the CPU, is an error.
   */
  async resolve(
    choice: DeviceChoice,
    model: Model,
    { signal, notes }: { readonly signal: AbortSignal; readonly notes: Words[] },
  ): Promise<Device> {
    if (choice === 'cpu') return 'cpu';
    return untilAborted(
      signal,
      choice === 'auto' ? this.automatic(model, notes) : this.named(choice, model),
    );
  }

  /**
   * What the CPU should compute a model in that has a form in 8 bits, and whether those are right
   * here: found out once for this processor, these versions and these files.
   */
  precision(model: Model, signal: AbortSignal): Promise<PrecisionFinding<Words>> {
    return untilAborted(signal, this.found8(model));
  }

  /** Why a model may not run on a device in a precision; undefined when it may. */
  async refusal(model: Model, device: Device, precision: ComputeType): Promise<Words | undefined> {
    if (device === 'cpu') return undefined;
    const report = await this.probed(device, 'operators');
    if (!report.usable) return report.reason;
    const { trusted, reason } = await this.trust(model, report, precision);
    return trusted ? undefined : reason;
  }

  private async automatic(model: Model, notes: Words[]): Promise<Device> {
    const cpu = await this.probed('cpu', 'speed');
    // One after another: together they would slow each other down.
    const quick: DeviceReport<Words>[] = [];
    for (const device of GPUS) quick.push(await this.probed(device, 'speed'));
    const faster = quick
      .filter((report) => report.usable && isFaster(report, cpu))
      .sort((a, b) => (isFaster(a, b) ? -1 : 1));
    for (const { device } of faster) {
      const reason = await this.refusalOfAll(model, device);
      if (reason === undefined) return device;
      notes.push(phrase`${device} is not used for the model "${model.manifest.id}": ${reason}.`);
    }
    return 'cpu';
  }

  private async named(device: Exclude<DeviceChoice, 'auto'>, model: Model): Promise<Device> {
    const refuse = (message: Phrase): never => {
      throw engineError('device-unavailable', {
        message,
        remedies: [changeSetting('device')],
      });
    };
    // A device that can't be opened is told so at once.
    const quick = await this.probed(device, 'speed');
    const report = quick.usable ? await this.probed(device, 'operators') : quick;
    if (!report.usable)
      return refuse(phrase`The device "${device}" can't be used here: ${report.reason}.`);
    const reason = await this.refusalOfAll(model, device);
    if (reason === undefined) return device;
    return refuse(
      phrase`The device "${device}" can't be used for the model "${model.manifest.id}": ${reason}.`,
    );
  }

  /** Why a model may run on a device in no precision. */
  private async refusalOfAll(model: Model, device: Device): Promise<Words | undefined> {
    let reason: Words | undefined;
    for (const precision of model.precisions) {
      reason = await this.refusal(model, device, precision);
      if (reason === undefined) return undefined;
    }
    return reason;
  }

  private async trusts(
    model: Model,
    report: DeviceReport<Words>,
    isLeftOut: boolean,
    refresh: boolean,
  ): Promise<ModelTrust<Words>[]> {
    const trusts: ModelTrust<Words>[] = [];
    for (const precision of model.precisions) {
      if (isLeftOut) {
        const reason = phrase`not checked: auto takes the CPU, which is faster; checked when you name it`;
        const { device } = report;
        trusts.push({
          model: model.manifest.id,
          device,
          precision,
          trusted: false,
          reason,
          checks: [],
        });
      } else {
        trusts.push(await this.trust(model, report, precision, refresh));
      }
    }
    return trusts;
  }

  private async trust(
    model: Model,
    report: DeviceReport<Words>,
    precision: ComputeType,
    refresh = false,
  ): Promise<ModelTrust<Words>> {
    const { device } = report;
    const { id } = model.manifest;
    const half = halfPrecision(report);
    if (precision === 'float16' && half?.agrees !== true) {
      const reason = half?.reason ?? phrase`it was not tried`;
      return { model: id, device, precision, trusted: false, reason, checks: [] };
    }
    return this.found(
      `model ${id} (${contentsOf(model)}) on ${device} in ${precision}`,
      device,
      filesOf(model),
      isModelTrust,
      () => this.checks.fingerprint(model, device, precision),
      refresh,
    );
  }

  private async found8(model: Model, refresh = false): Promise<PrecisionFinding<Words>> {
    const { id } = model.manifest;
    const processor = await this.checks.processor();
    return this.found(
      `precision of ${id} (${contentsOf(model)}) on ${processor}`,
      'cpu',
      filesOf(model),
      isPrecisionFinding,
      () => this.checks.precision(model),
      refresh,
    );
  }

  private probed(device: Device, depth: ProbeDepth, refresh = false): Promise<DeviceReport<Words>> {
    return this.found(
      depth === 'speed' ? `speed of ${device}` : `operators of ${device}`,
      device,
      [],
      isDeviceReport,
      async () => {
        const driver = await this.driver(device);
        const { value, isLasting } = await this.checks.probe(device, depth);
        return {
          value: driver === undefined || device === 'cpu' ? value : { ...value, driver },
          isLasting,
        };
      },
      refresh,
    );
  }

  /** A device with its operators, tried once: whoever asks for its speed later need not open it again. */
  private async probedWhole(device: Device, refresh: boolean): Promise<DeviceReport<Words>> {
    const report = await this.probed(device, 'operators', refresh);
    const { operators, ...rest } = report;
    // With operators its small network agreed, whatever they did.
    const value = operators
      ? { ...rest, usable: true, reason: phrase`a small network agrees with the CPU` }
      : report;
    const isLasting = value.usable || value.maxDifference !== undefined;
    const speed = async (): Promise<Tried<DeviceReport<Words>>> => ({ value, isLasting });
    await this.found(`speed of ${device}`, device, [], isDeviceReport, speed, refresh);
    return report;
  }

  private driver(device: Device): Promise<string | undefined> {
    const driver = this.drivers.get(device) ?? this.checks.driver(device);
    this.drivers.set(device, driver);
    return driver;
  }

  /** What is kept under `name`, else what `find` finds out; the same for everybody who asks meanwhile. */
  private found<T>(
    name: string,
    device: Device,
    depends: readonly string[],
    isWhole: (value: unknown) => value is T,
    find: () => Promise<Tried<T>>,
    refresh: boolean,
  ): Promise<T> {
    // A file of the person's own may be another one by now.
    const asked = [name, ...depends].join('|');
    const known = this.running.get(asked);
    if (known && !refresh) return known as Promise<T>;
    const finding = (async () => {
      const driver = await this.driver(device);
      const parts = [await this.checks.versions(), driver, device, ...depends];
      const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
      const kept = refresh ? undefined : await this.kept.get(name, key, isWhole);
      if (kept !== undefined) return kept;
      const { value, isLasting } = await find();
      const until = isLasting ? {} : { until: Date.now() + RETRY_MS };
      if (driver !== undefined) await this.kept.set(name, { key, ...until, value });
      return value;
    })();
    this.running.set(asked, finding);
    finding.catch(() => this.running.delete(asked));
    return finding;
  }
}

const hasTwoForms = ({ cpuPrecisions }: Model): boolean => cpuPrecisions.includes('int8');

/** What a model computes depends on its files, wherever they lie: an extension's and a command line's are the same. */
const filesOf = ({ files }: Model): readonly string[] => files.map(({ sha256 }) => sha256);

/** Tells models of one name apart, so that one's findings don't take the place of the other's. */
const contentsOf = (model: Model): string =>
  createHash('sha256')
    .update(JSON.stringify(filesOf(model)))
    .digest('hex')
    .slice(0, 8);

const isLarge = (model: Model): boolean =>
  model.files.reduce((sum, { bytes }) => sum + bytes, 0) > LARGE_BYTES;

/** The promise's result, unless the signal aborts before. What was begun goes on for others. */
function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(cancelled());
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
