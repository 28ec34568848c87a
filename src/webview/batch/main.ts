import { BatchPage, type WebviewApi } from './batchPage';

declare function acquireVsCodeApi(): WebviewApi;

new BatchPage(acquireVsCodeApi());
