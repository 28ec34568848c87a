import type { DevicesReport } from '../../shared/engineProtocol';
import type { Device, DeviceChoice } from '../../shared/settings';
import { changeSetting, engineError } from '../errors';

/** Knows which devices work here. The probe runs once, on first need. */
export class DeviceSelector {
  private probing: Promise<DevicesReport> | undefined;

  constructor(private readonly probe: () => Promise<DevicesReport>) {}

  report(refresh = false): Promise<DevicesReport> {
    if (refresh) this.probing = undefined;
    this.probing ??= this.probe().catch((error: unknown) => {
      this.probing = undefined;
      throw error;
    });
    return this.probing;
  }

  /**
   * The device to use for a choice. The CPU needs no probe; a named GPU that does not work here is
   * an error.
   */
  async resolve(choice: DeviceChoice): Promise<Device> {
    if (choice === 'cpu') return 'cpu';
    const { devices, auto } = await this.report();
    if (choice === 'auto') return auto;
    const report = devices.find((candidate) => candidate.device === choice);
    if (report?.usable) return choice;
    throw engineError('device-unavailable', {
      message: `The device "${choice}" can't be used here: ${report?.reason ?? 'unknown device'}.`,
      remedies: [changeSetting('device')],
    });
  }
}
