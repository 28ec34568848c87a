import path from 'node:path';
import { formatSeconds } from '../../shared/longRun';
import { deviceName } from '../devices/deviceNames';
import type { Translate } from '../../shared/translate';
import type { BatchStep } from './batch';

/** The share of a picture's work that is over when the encoding begins. */
const ENCODE_STARTS_AT = 0.95;

/** The share of the whole batch that is done, 0–1. */
export function batchFraction({ index, progress }: BatchStep, total: number): number {
  return Math.min(1, (index + pictureFraction(progress)) / Math.max(1, total));
}

function pictureFraction(progress: BatchStep['progress']): number {
  if (progress === undefined || progress.phase === 'prepare') return 0;
  if (progress.phase === 'encode') return ENCODE_STARTS_AT;
  return progress.tiles > 0 ? (ENCODE_STARTS_AT * progress.tile) / progress.tiles : 0;
}

/**
 * "2/5 · hero.png · tile 3/8 · about 40 s left · CPU"; a single picture's name is in the title
 * already.
 */
export function progressMessage(
  { index, input, progress }: BatchStep,
  total: number,
  t: Translate,
): string {
  const parts: string[] = [];
  if (total > 1) parts.push(`${index + 1}/${total}`, path.basename(input));
  if (progress === undefined || progress.phase === 'prepare') parts.push(t('preparing'));
  else if (progress.phase === 'encode') parts.push(t('writing'));
  else if (progress.tiles > 0)
    parts.push(
      t('tile {0}/{1}', Math.min(Math.floor(progress.tile) + 1, progress.tiles), progress.tiles),
    );
  if (progress?.phase === 'infer' && progress.secondsLeft !== undefined)
    parts.push(t('about {0} left', formatSeconds(progress.secondsLeft)));
  if (progress?.device !== undefined) parts.push(deviceName(progress.device, progress.server));
  return parts.join(' · ');
}
