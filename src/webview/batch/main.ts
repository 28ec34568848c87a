import type { WebviewApi } from './batchMemory';
import { BatchPage } from './batchPage';

declare function acquireVsCodeApi(): WebviewApi;

new BatchPage(acquireVsCodeApi());
