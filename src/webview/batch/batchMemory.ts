import { SHOWN, type BatchFilter } from './batchModel';
import { SORTS, type Sort } from './rowOrder';
import { isObject } from '../../shared/json';

/** What VS Code gives a webview. */
export type WebviewApi = {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** What a person chose in the view. */
export type BatchChoices = {
  readonly filter?: BatchFilter;
  readonly sort?: Sort;
  readonly unticked: readonly string[];
};

/** What was kept over a restart, as far as it makes sense. */
export function recall(vscode: WebviewApi): BatchChoices {
  const state = vscode.getState();
  if (!isObject(state)) return { unticked: [] };
  const { filter, sort, unticked } = state;
  return {
    ...(isFilter(filter) ? { filter } : {}),
    ...(isSort(sort) ? { sort } : {}),
    unticked: Array.isArray(unticked)
      ? unticked.filter((id): id is string => typeof id === 'string')
      : [],
  };
}

const isSort = (value: unknown): value is Sort =>
  isObject(value) && SORTS.some((one) => one === value.by) && typeof value.descending === 'boolean';

const isFilter = (value: unknown): value is BatchFilter =>
  isObject(value) &&
  typeof value.text === 'string' &&
  typeof value.type === 'string' &&
  typeof value.minimum === 'number' &&
  SHOWN.some((one) => one === value.shown);
