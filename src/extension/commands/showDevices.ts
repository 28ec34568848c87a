import * as vscode from 'vscode';
import type { DevicesReport } from '../../shared/engineProtocol';
import type { Config } from '../config';
import { formatDeviceReport } from '../devices/deviceReport';
import type { DeviceDocument } from '../devices/deviceDocument';
import type { EngineSupervisor } from '../engineSupervisor';
import { abortSignalOf } from '../jobs/abortSignal';
import type { Log } from '../log';
import { RpcError } from '../../shared/rpc';
import { notify } from '../ui/notifications';
import { withProgress } from '../ui/progress';

export type ShowDevicesServices = {
  readonly engine: EngineSupervisor;
  readonly config: Config;
  readonly log: Log;
  readonly document: DeviceDocument;
};

/**
 * Tries every device anew and opens the findings as a read-only document. Resolves with them;
 * undefined when cancelled.
 */
export async function showDevices({
  engine,
  config,
  log,
  document,
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
                await client.devices({ refresh: true }, { signal }),
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
    await document.show(text);
    return report;
  } catch (error) {
    showFailure(RpcError.from(error), log);
    return undefined;
  }
}

function showFailure(error: RpcError, log: Log): void {
  if (error.code === 'cancelled') return;
  log.error('devices', error);
  const showLog = vscode.l10n.t('Show Log');
  const shown = notify(
    'error',
    [error.message, error.hint].filter((part) => part !== undefined).join(' '),
    showLog,
  );
  void shown.then((chosen) => {
    if (chosen === showLog) log.show();
  });
}
