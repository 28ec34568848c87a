import '../elements';
import { openShell } from '../shell';
import type { WebviewApi } from './batchMemory';
import { BatchPage } from './batchPage';

declare function acquireVsCodeApi(): WebviewApi;

new BatchPage(
  acquireVsCodeApi(),
  openShell() as { readonly place?: unknown; readonly strings?: unknown },
);
