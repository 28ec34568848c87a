import { RpcEndpoint, type RpcApi } from '../shared/rpc';
import { isComparePictures, type CompareHostApi } from '../shared/webviewProtocol';
import { CompareView } from './compareView';
import { viewFrom } from './viewTransform';

type VsCodeApi = {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

declare function acquireVsCodeApi(): VsCodeApi;

async function main(): Promise<void> {
  const vscode = acquireVsCodeApi();
  const view = new CompareView(viewFrom(vscode.getState()), (state) => vscode.setState(state));
  const show = (pictures: unknown): void => {
    if (isComparePictures(pictures)) view.show(pictures);
  };
  const host = new RpcEndpoint<RpcApi & CompareHostApi>(
    {
      post: (message) => vscode.postMessage(message),
      onMessage: (listener) =>
        window.addEventListener('message', (event: MessageEvent<unknown>) => {
          // The editor's messages come from the page's own origin.
          if (event.origin === window.origin) listener(event.data);
        }),
    },
    {
      show: (pictures: unknown) => {
        show(pictures);
        return Promise.resolve();
      },
    },
  );
  show(await host.call('pictures', undefined));
}

void main();
