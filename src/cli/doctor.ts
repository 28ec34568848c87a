import type { EngineClient } from '../client/engineClient';
import { differenceInWords, halfPrecision } from '../shared/deviceFindings';
import { inWords } from '../shared/phrase';
import type { DeviceReport, ModelTrust, PrecisionFinding } from '../shared/engineProtocol';
import { printTable } from './table';
import { print, printJson } from './terminal';

/**
 * Shows versions, devices, which models are trusted to them, and model checks. Returns whether
 * pictures can be upscaled here.
 */
export async function doctor(
  client: EngineClient,
  { json }: { readonly json: boolean },
): Promise<boolean> {
  const versions = await client.versions();
  const devices = await client.devices({ refresh: false, models: true });
  const models = await client.checkModels();
  if (json) {
    printJson({ versions, devices, models });
  } else {
    printTable(
      ['versions', ''],
      Object.entries(versions).map(([name, version]) => [name, String(version)]),
    );
    print();
    printTable(
      ['device', 'usable', 'difference', 'probe', 'reason'],
      devices.devices.map(({ device, usable, reason, milliseconds, maxDifference }) => [
        device === devices.auto ? `${device} (auto)` : device,
        usable ? 'yes' : 'no',
        differenceInWords(maxDifference),
        milliseconds === undefined ? '' : `${milliseconds.toFixed(1)} ms`,
        reason,
      ]),
    );
    const remarks = devices.devices.flatMap(remarksOn);
    if (remarks.length > 0) {
      print();
      printTable(['of device', 'it is found that'], remarks);
    }
    print();
    if (devices.models.length > 0) {
      printTable(['model', 'on', 'in', 'trusted', 'check'], devices.models.map(trustRow));
      print();
    }
    if (devices.precisions.length > 0) {
      printTable(['model', 'on the CPU in', 'time', 'why'], devices.precisions.map(precisionRow));
      print();
    }
    printTable(
      ['model', 'ok', 'check'],
      models.map(({ id, ok, message }) => [id, ok ? 'yes' : 'no', message]),
    );
  }
  return (
    models.length > 0 &&
    models.every(({ ok }) => ok) &&
    devices.devices.some(({ usable }) => usable)
  );
}

/** What drives a device, and whether its float16 is right. */
function remarksOn(report: DeviceReport): (readonly string[])[] {
  const { device, usable, driver } = report;
  if (!usable) return [];
  const half = halfPrecision(report);
  return [
    ...(driver === undefined ? [] : [[device, `driver: ${driver}`]]),
    ...(half
      ? [[device, `float16 is ${half.agrees ? '' : 'not '}trusted: ${inWords(half.reason)}`]]
      : []),
  ];
}

const trustRow = ({ model, device, precision, trusted, reason }: ModelTrust): readonly string[] => [
  model,
  device,
  precision,
  trusted ? 'yes' : 'no',
  reason,
];

/** The time in 8 bits stands beside that in floats, whichever is used. */
const precisionRow = ({ model, precision, ratio, reason }: PrecisionFinding): readonly string[] => [
  model,
  precision,
  ratio === undefined ? '' : `×${ratio.toFixed(2)}`,
  reason,
];
