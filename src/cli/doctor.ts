import type { EngineClient } from '../client/engineClient';
import { printTable } from './table';
import { print, printJson } from './terminal';

/** Shows versions, devices and model checks. Returns whether pictures can be upscaled here. */
export async function doctor(
  client: EngineClient,
  { json }: { readonly json: boolean },
): Promise<boolean> {
  const versions = await client.versions();
  const devices = await client.devices({ refresh: false });
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
      ['device', 'usable', 'probe', 'reason'],
      devices.devices.map(({ device, usable, reason, milliseconds }) => [
        device === devices.auto ? `${device} (auto)` : device,
        usable ? 'yes' : 'no',
        milliseconds === undefined ? '' : `${milliseconds.toFixed(1)} ms`,
        reason,
      ]),
    );
    print();
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
