import '../elements';
import { render } from 'preact';
import { openShell } from '../shell';
import { BatchController } from './batchController';
import type { WebviewApi } from './batchMemory';
import { BatchPage } from './BatchPage';

declare function acquireVsCodeApi(): WebviewApi;

const { place, folder } = openShell() as { readonly place: unknown; readonly folder: string };
const controller = new BatchController(acquireVsCodeApi(), place, draw);

function draw(): void {
  const { phase } = controller.state;
  document.body.dataset.phase = phase;
  document.body.setAttribute('aria-busy', String(phase === 'planning'));
  render(<BatchPage controller={controller} folder={folder} />, document.body);
}

draw();
void controller.load('init');
