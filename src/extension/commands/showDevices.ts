import * as vscode from 'vscode';
import type { DevicesReport } from '../../shared/engineProtocol';
import type { Config } from '../config';
import { formatDeviceReport } from '../devices/deviceReport';
import type { EngineSupervisor } from '../engineSupervisor';
import { abortSignalOf } from '../jobs/abortSignal';
import type { Log } from '../log';
import { RpcError } from '../../shared/rpc';
import { showFailure } from '../errors/showFailure';
import type { PlainDocuments } from '../ui/plainDocuments';
import { withProgress } from '../ui/progress';

export type ShowDevicesServices = {
  readonly engine: EngineSupervisor;
  readonly config: Config;
  readonly log: Log;
  readonly documents: PlainDocuments;
};

/**
 * Tries every device anew and opens the findings as a read-only document. Resolves with them;
 * undefined when cancelled.
 */
export async function showDevices({
  engine,
  config,
  log,
  documents,
}: ShowDevicesServices): Promise<DevicesReport | undefined> {
  try {
    const title = vscode.l10n.t('Trying the devices of this machine');
    const [report, versions] = await withProgress(
      { where: 'notification', title },
      async (_, token) => {
        const { signal, dispose } = abortSignalOf(token);
        try {
          return await engine.use(
            async (client) =>
              [
                await client.devices({ refresh: true, models: true }, { signal }),
                await client.versions(),
              ] as const,
          );
        } finally {
          dispose();
        }
      },
    );
    const text = formatDeviceReport(
      { report, versions, choice: config.upscale(undefined).device },
      vscode.l10n.t,
    );
    log.info(text);
    await documents.show('PiSA Upscale Devices.txt', text);
    return report;
  } catch (error) {
    const failure = RpcError.from(error);
    if (failure.code === 'cancelled') return undefined;
    log.error('devices', failure);
    void showFailure(failure, {
      again: () => void showDevices({ engine, config, log, documents }),
    }).catch((caught: unknown) => log.error('devices', caught));
    return undefined;
  }
}
