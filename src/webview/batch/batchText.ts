import {
  BATCH_TEXTS,
  type BatchRow,
  type BatchRowState,
  type BatchStrings,
} from '../../shared/batchProtocol';

/** The texts that the page carries. */
export function readStrings(value: unknown): BatchStrings {
  const texts =
    typeof value === 'object' && value !== null
      ? (value as { readonly [key: string]: unknown })
      : {};
  return Object.fromEntries(
    BATCH_TEXTS.map((key) => [key, typeof texts[key] === 'string' ? texts[key] : key]),
  ) as BatchStrings;
}

/** Puts values into `{0}`, `{1}` …. */
export const fill = (text: string, ...values: readonly (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

/** "40 s", "3 min", "1 h 5 min". */
export function duration(seconds: number, s: BatchStrings): string {
  if (seconds < 10)
    return fill(s.seconds, seconds < 1 ? Math.max(0.1, seconds).toFixed(1) : Math.round(seconds));
  if (seconds < 90) return fill(s.seconds, Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? fill(s.minutes, minutes)
    : fill(s.hours, Math.floor(minutes / 60), minutes % 60);
}

export const megabytes = (bytes: number, s: BatchStrings): string =>
  fill(
    s.megabytes,
    bytes < 1e6
      ? (bytes / 1e6).toFixed(2)
      : bytes < 1e7
        ? (bytes / 1e6).toFixed(1)
        : Math.round(bytes / 1e6),
  );

/** What a row says of itself, and more in a tooltip. */
export function stateText(
  row: BatchRow,
  state: { readonly state: BatchRowState; readonly message?: string } | undefined,
  ticked: boolean,
  s: BatchStrings,
): { readonly text: string; readonly detail: string; readonly kind: string } {
  if (state) return { text: s[state.state], detail: state.message ?? '', kind: state.state };
  if (row.status === 'done')
    return { text: s.upToDate, detail: row.message ?? '', kind: 'upToDate' };
  if (row.status === 'skip')
    return { text: s.leftAlone, detail: row.message ?? '', kind: 'leftAlone' };
  return {
    text: s.todo,
    detail: row.message === undefined ? '' : `${row.message}${ticked ? '' : ` ${s.todoAsk}`}`,
    kind: row.message === undefined ? 'todo' : 'ask',
  };
}
