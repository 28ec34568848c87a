import { differenceInWords, halfPrecision } from '../../shared/deviceFindings';
import type {
  DeviceReport,
  DevicesReport,
  EngineVersions,
  ModelTrust,
  PrecisionFinding,
} from '../../shared/engineProtocol';
import { inWords } from '../../shared/phrase';
import type { DeviceChoice } from '../../shared/settings';
import type { Translate } from '../../shared/translate';
import { deviceName } from './deviceNames';
import { alignColumns } from '../../shared/columns';
import { byCount } from '../../shared/locale';

export type DeviceReportInput = {
  readonly report: DevicesReport;
  readonly versions: EngineVersions;
  /** The value of the setting. */
  readonly choice: DeviceChoice;
};

/**
 * What the probe found, as plain text that reads well in an editor and pastes well into a report.
 */
export function formatDeviceReport(
  { report, versions, choice }: DeviceReportInput,
  t: Translate,
): string {
  const header = [t('Device'), t('Usable'), t('Difference'), t('Speed'), t('Finding')];
  const rows = report.devices.map((device) => rowFor(device, t));
  return [
    t('PiSA Upscale: devices of this machine'),
    `${versions.platform} · ${byCount(versions.threads, t('{0} thread', versions.threads), t('{0} threads', versions.threads))} · ONNX Runtime ` +
      `${versions.onnxruntime} · Node ${versions.node}`,
    '',
    t('Setting pisaUpscale.device: {0}', choice),
    t('"auto" means {0} here', deviceName(report.auto)),
    '',
    ...alignColumns([header, ...rows]),
    '',
    t('Difference: the largest relative difference from the CPU of any operator that models use.'),
    t('A device that computes something else is refused.'),
    t('Speed: the best time for a small network after warming up.'),
    ...driverLines(report.devices, t),
    '',
    ...modelLines(report.models, t),
    '',
    ...precisionLines(report.precisions, t),
  ].join('\n');
}

function rowFor(
  { device, usable, maxDifference, milliseconds, reason }: DeviceReport,
  t: Translate,
): readonly string[] {
  return [
    deviceName(device),
    usable ? t('yes') : t('no'),
    differenceInWords(maxDifference),
    milliseconds === undefined ? '–' : `${milliseconds.toFixed(1)} ms`,
    // A runtime's error may hold line breaks, which would tear the table.
    oneLine(reason),
  ];
}

/** What drives each usable device, and whether its float16 is right. */
function driverLines(devices: readonly DeviceReport[], t: Translate): readonly string[] {
  return devices
    .filter(({ usable }) => usable)
    .flatMap((device) => {
      const name = deviceName(device.device);
      const half = halfPrecision(device);
      return [
        ...(device.driver === undefined ? [] : [t('Driver of {0}: {1}', name, device.driver)]),
        ...(half
          ? [
              half.agrees
                ? t('Float16 of {0} is trusted: {1}', name, oneLine(inWords(half.reason)))
                : t('Float16 of {0} is not trusted: {1}', name, oneLine(inWords(half.reason))),
            ]
          : []),
      ];
    });
}

/** Which models are trusted to which devices, and how close each is to the CPU. */
function modelLines(models: readonly ModelTrust[], t: Translate): readonly string[] {
  if (models.length === 0) return [t('Models run on the CPU, which is the reference.')];
  const rows = models.map(({ model, device, precision, trusted, reason }) => [
    model,
    deviceName(device),
    precision,
    trusted ? t('yes') : t('no'),
    oneLine(reason),
  ]);
  return [
    ...alignColumns([
      [t('Model'), t('Device'), t('Precision'), t('Trusted'), t('Finding')],
      ...rows,
    ]),
    '',
    t('A model runs on a device only after its own networks agreed there with the CPU.'),
  ];
}

/** What the CPU computes models in that have a form in 8 bits, and why. */
function precisionLines(findings: readonly PrecisionFinding[], t: Translate): readonly string[] {
  if (findings.length === 0) return [];
  const rows = findings.map(({ model, precision, ratio, reason }) => [
    model,
    precision,
    ratio === undefined ? '–' : `×${ratio.toFixed(2)}`,
    oneLine(reason),
  ]);
  return [
    ...alignColumns([[t('Model'), t('CPU precision'), t('Time'), t('Finding')], ...rows]),
    '',
    t('Time: that in 8 bits as a share of that in 32-bit floats, on this processor.'),
    '',
  ];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
