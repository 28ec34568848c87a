import path from 'node:path';
import { describeGuidance } from '../../shared/guidance';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { remediesOf, type Remedy } from '../../shared/remedies';
import { formatSeconds } from '../../shared/longRun';
import { sentences } from '../../shared/sentences';
import { deviceName } from '../devices/deviceNames';
import type { Translate } from '../../shared/translate';
import type { BatchReport } from './batch';
import { byCount, decimal } from '../../shared/locale';

const NOTES_SHOWN = 3;

export type SummaryAction = 'open' | 'compare' | 'reveal';

export type Summary = {
  /** `quiet` asks for no notification. */
  readonly severity: 'quiet' | 'information' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly SummaryAction[];
  /** What else has a button. */
  readonly remedies: readonly Remedy[];
  /** What open, compare and reveal act on. */
  readonly subject: UpscaleResult | undefined;
};

/** How a folder is called in a sentence. */
type ShownFolder = (folder: string) => string;

/**
 * One message over everything that a command did. `ignored` counts what was chosen and is not a
 * picture.
 */
export function summarize(
  report: BatchReport,
  ignored: number,
  t: Translate,
  shownFolder: ShownFolder = (folder) => folder,
): Summary {
  const { cancelled } = report;
  const subject =
    report.results.find((result) => !result.skipped) ??
    report.results.find((result) => result.output !== '');
  const told = [
    ...(cancelled
      ? [t('Canceled. {0} of {1} done.', written(report).length, report.total)]
      : doneSentences(report, t, shownFolder)),
    ...failureSentences(report, t),
    ...(ignored === 0
      ? []
      : [
          byCount(
            ignored,
            t('Skipped 1 that is not an image.'),
            t('Skipped {0} that are not images.', ignored),
          ),
        ]),
    ...noteSentences(report, t),
  ];
  return {
    severity: severityOf(report, ignored),
    text: sentences(told),
    actions: subject && !cancelled ? (['open', 'compare', 'reveal'] as const) : [],
    remedies: remedies(report),
    subject,
  };
}

/** What can be done about the first failure, whose words are shown, or about the notes. */
function remedies({ results, failures }: BatchReport): readonly Remedy[] {
  const [first] = failures;
  const named = first ? remediesOf(first.error) : results.flatMap((result) => result.remedies);
  const each = [...new Map(named.map((remedy) => [JSON.stringify(remedy), remedy])).values()];
  // The log may tell more of any failure.
  return first && !each.some(({ kind }) => kind === 'show-log')
    ? [...each, { kind: 'show-log' }]
    : each;
}

function severityOf(
  { results, failures, cancelled, total }: BatchReport,
  ignored: number,
): Summary['severity'] {
  if (failures.length > 0) return results.length > 0 ? 'warning' : 'error';
  if (cancelled) return 'quiet';
  return total === 0 && ignored > 0 ? 'warning' : 'information';
}

const written = ({ results }: BatchReport): readonly UpscaleResult[] =>
  results.filter((result) => !result.skipped);

/** Of what is left alone nothing is made, wherever that would lie. */
const isLeftAlone = ({ skipped, output }: UpscaleResult): boolean => skipped && output === '';

function doneSentences(
  report: BatchReport,
  t: Translate,
  shownFolder: ShownFolder,
): readonly string[] {
  const [only] = report.results;
  if (report.total === 1) {
    if (!only) return [];
    return [
      only.skipped
        ? t('{0} was skipped.', path.basename(only.input))
        : `${path.basename(only.output)}: ${told(only, t, shownFolder)}`,
    ];
  }
  const done = written(report);
  const left = report.results.filter(isLeftAlone).length;
  const existing = report.results.length - done.length - left;
  const [first] = done;
  return [
    ...(first
      ? [
          t(
            '{0} of {1} images upscaled in {2}, {3}.',
            done.length,
            report.total,
            timeText(done, t),
            whereText(done, t, shownFolder),
          ),
        ]
      : []),
    ...(existing === 0
      ? []
      : [
          byCount(
            existing,
            t('1 skipped: its output exists.'),
            t('{0} skipped: their outputs exist.', existing),
          ),
        ]),
    ...(left === 0 ? [] : [byCount(left, t('1 left alone.'), t('{0} left alone.', left))]),
  ];
}

/** "upscaled to 1600×1068 in 17 s, beside the original." What only the log needs is left out. */
const told = (result: UpscaleResult, t: Translate, shownFolder: ShownFolder): string =>
  t(
    'upscaled to {0}×{1} in {2}, {3}.',
    result.width,
    result.height,
    timeText([result], t),
    whereText([result], t, shownFolder),
  );

/** The time, and what is not usual: another device than this machine's processor. */
function timeText(results: readonly UpscaleResult[], t: Translate): string {
  const seconds = results.reduce((sum, { seconds: { total } }) => sum + total, 0);
  const devices = [
    ...new Set(
      results
        .filter(({ device }) => device !== 'cpu')
        .map(({ device, server }) => deviceName(device, server)),
    ),
  ];
  const time =
    seconds < 9.95
      ? t('{0} s', decimal(Math.max(0.1, seconds), 1))
      : seconds < 60
        ? t('{0} s', Math.round(seconds))
        : formatSeconds(seconds);
  return devices.length === 0 ? time : t('{0} on {1}', time, devices.join(', '));
}

/** Where the results lie. */
function whereText(
  results: readonly UpscaleResult[],
  t: Translate,
  shownFolder: ShownFolder,
): string {
  if (results.every(({ input, output }) => path.dirname(input) === path.dirname(output)))
    return results.length === 1 ? t('beside the original') : t('beside the originals');
  const folders = [...new Set(results.map(({ output }) => path.dirname(output)))];
  const [folder = ''] = folders;
  return folders.length === 1
    ? t('in {0}', shownFolder(folder))
    : t('in {0} folders', folders.length);
}

/** "hero@4x.png · 1024×768 · 12.3 s on CPU · λ_pix 1.00 · λ_sem 0.50" */
export function describeResult(result: UpscaleResult, t: Translate): string {
  return [
    path.basename(result.output),
    `${result.width}×${result.height}`,
    describeWork([result], t),
  ].join(' · ');
}

/** Time, devices and guidance. The dials may differ between folders, then they are left out. */
function describeWork(results: readonly UpscaleResult[], t: Translate): string {
  const seconds = results.reduce((sum, result) => sum + result.seconds.total, 0);
  const devices = [
    ...new Set(
      results.map((result) => deviceName(result.device, result.server ?? result.precision)),
    ),
  ];
  const guidances = new Set(
    results.map((result) => describeGuidance(result.guidance, result.branches)),
  );
  const [guidance] = guidances;
  return [
    t('{0} s on {1}', decimal(seconds, 1), devices.join(', ')),
    ...(guidances.size === 1 && guidance ? [guidance] : []),
  ].join(' · ');
}

function failureSentences({ failures, total }: BatchReport, t: Translate): readonly string[] {
  const [first] = failures;
  if (!first) return [];
  const name = path.basename(first.input);
  const { message, hint } = first.error;
  // Many of the engine's messages name the file themselves.
  const what = message.includes(name) ? message : t('{0} was not upscaled: {1}', name, message);
  const reason = hint === undefined || hint === '' ? what : `${what} ${hint}`;
  if (total === 1) return [reason];
  return [
    failures.length === 1
      ? t('1 failed: {0}', reason)
      : t('{0} failed, the first: {1}', failures.length, reason),
  ];
}

/**
 * Each note once: a batch that fell back to the CPU says so one time. The log has them all. Among
 * several pictures, one that is left alone is named.
 */
function noteSentences({ results, total }: BatchReport, t: Translate): readonly string[] {
  const notes = [
    ...new Set(
      results.flatMap((result) =>
        total > 1 && isLeftAlone(result)
          ? result.notes.map((note) => `${path.basename(result.input)}: ${note}`)
          : result.notes,
      ),
    ),
  ];
  return notes.length <= NOTES_SHOWN
    ? notes
    : [...notes.slice(0, NOTES_SHOWN), t('More notes are in the log.')];
}
