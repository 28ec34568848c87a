import type { DeviceReport, DevicesReport, EngineVersions } from '../../shared/engineProtocol';
import type { DeviceChoice } from '../../shared/settings';
import type { Translate } from '../translate';
import { deviceName } from './deviceNames';

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
    `${versions.platform} · ${t('{0} threads', versions.threads)} · ONNX Runtime ` +
      `${versions.onnxruntime} · Node ${versions.node}`,
    '',
    t('Setting pisaUpscale.device: {0}', choice),
    t('"auto" means {0} here', deviceName(report.auto)),
    '',
    ...alignColumns([header, ...rows]),
    '',
    t('Difference: the largest difference from the CPU on a small test graph.'),
    t('A device that computes something else is refused.'),
    t('Speed: the best time for that graph after warming up.'),
    '',
  ].join('\n');
}

function rowFor(
  { device, usable, maxDifference, milliseconds, reason }: DeviceReport,
  t: Translate,
): readonly string[] {
  return [
    deviceName(device),
    usable ? t('yes') : t('no'),
    maxDifference === undefined ? '–' : maxDifference === 0 ? '0' : maxDifference.toExponential(1),
    milliseconds === undefined ? '–' : `${milliseconds.toFixed(1)} ms`,
    // A runtime's error may hold line breaks, which would tear the table.
    reason.replace(/\s+/g, ' ').trim(),
  ];
}

/** Pads every column but the last to its widest cell. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  );
}
