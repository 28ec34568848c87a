import { connectToHost } from './connection';
import { createSceneRenderer } from './sceneRenderer';
import { startPanel, type PanelMemory } from './startPanel';

declare function acquireVsCodeApi(): PanelMemory & { postMessage(message: unknown): void };

const vscode = acquireVsCodeApi();
void startPanel({
  connect: (local) => connectToHost(vscode, local),
  createRenderer: createSceneRenderer,
  memory: vscode,
});
