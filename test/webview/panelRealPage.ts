import { connectToHost } from '../../src/webview/panel/connection';
import { sceneRendererWith } from '../../src/webview/panel/sceneRenderer';
import { startPanel, type PanelMemory } from '../../src/webview/panel/startPanel';
import type { RendererOptions } from '../../src/webview/render/createRenderer';

/** The panel as it is shipped, but that the test says what it draws with. */
const page = window as unknown as {
  rendererOptions: RendererOptions;
  acquireVsCodeApi: () => PanelMemory & { postMessage(message: unknown): void };
};
const vscode = page.acquireVsCodeApi();
void startPanel({
  connect: (local) => connectToHost(vscode, local),
  createRenderer: sceneRendererWith(page.rendererOptions),
  memory: vscode,
});
