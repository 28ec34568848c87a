import type { DeviceReport } from '../../shared/engineProtocol';
import type { Device } from '../../shared/settings';

type Timed = Pick<DeviceReport, 'milliseconds'>;

const timeOf = ({ milliseconds }: Timed): number => milliseconds ?? Number.POSITIVE_INFINITY;

/** Whether one device ran the small network faster than another. */
export const isFaster = (a: Timed, b: Timed): boolean => timeOf(a) < timeOf(b);

/**
 * What `auto` means: the fastest GPU that agreed with the CPU, unless the CPU itself is faster, as
 * it is beside a GPU that is emulated in software.
 */
export function chooseAuto(
  devices: readonly (Timed & Pick<DeviceReport, 'device' | 'usable'>)[],
): Device {
  const usable = devices.filter((report) => report.usable);
  return usable.sort((a, b) => timeOf(a) - timeOf(b))[0]?.device ?? 'cpu';
}
