import type { PanelWebviewApi } from '../../shared/panelProtocol';
import { RpcEndpoint } from '../../shared/rpc';
import type { HostConnection } from './host';

/** Connects to the extension through VS Code's messages; `local` is what the extension may call. */
export function connectToHost(
  vscode: { postMessage(message: unknown): void },
  local: PanelWebviewApi,
): HostConnection {
  return new RpcEndpoint(
    {
      post: (message) => vscode.postMessage(message),
      onMessage: (listener) =>
        window.addEventListener('message', (event: MessageEvent<unknown>) => {
          // The editor's messages come from the page's own origin.
          if (event.origin === window.origin) listener(event.data);
        }),
    },
    local,
  );
}
