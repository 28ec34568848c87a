import path from 'node:path';
import type { UpscaleResult } from '../../shared/engineProtocol';
import { describeGuidance } from '../../shared/guidance';
import type { ComparePane } from '../../shared/webviewProtocol';
import type { Translate } from '../translate';

/** The facts of a result that the comparison names. */
export type MadeBy = Pick<UpscaleResult, 'scale' | 'model' | 'guidance' | 'branches' | 'width' | 'height' | 'sourceWidth' | 'sourceHeight'>;

type Picture = { readonly fileName: string; readonly source: string };

export function originalPane({ fileName, source }: Picture, made: MadeBy | undefined, t: Translate): ComparePane {
  return {
    label: t('Original'),
    facts: '',
    alternative: t('Original: {0}', fileName),
    size: made && { width: made.sourceWidth, height: made.sourceHeight },
    ...showable(fileName, source, t),
  };
}

export function resultPane({ fileName, source }: Picture, made: MadeBy | undefined, t: Translate): ComparePane {
  return {
    label: t('Upscaled'),
    facts: made ? [`×${Math.round(made.scale * 100) / 100}`, made.model, describeGuidance(made.guidance, made.branches)].filter((part) => part !== '').join(' · ') : '',
    alternative: t('Upscaled: {0}', fileName),
    size: made && { width: made.width, height: made.height },
    ...showable(fileName, source, t),
  };
}

/** The browser inside the editor decodes no TIFF. */
function showable(fileName: string, source: string, t: Translate): Pick<ComparePane, 'source' | 'problem'> {
  if (/^\.tiff?$/i.test(path.extname(fileName))) {
    return { source: undefined, problem: t('The editor cannot show TIFF pictures. {0} itself is fine: open it with another program.', fileName) };
  }
  return { source, problem: t('{0} could not be loaded.', fileName) };
}

/** Whether a command's argument tells how a result was made. */
export function isMadeBy(value: unknown): value is MadeBy {
  if (typeof value !== 'object' || value === null) return false;
  const { scale, model, guidance, branches, width, height, sourceWidth, sourceHeight } = value as Record<string, unknown>;
  return (
    [scale, width, height, sourceWidth, sourceHeight].every((number) => typeof number === 'number' && number > 0) &&
    typeof model === 'string' &&
    typeof guidance === 'object' &&
    guidance !== null &&
    'pixel' in guidance &&
    typeof guidance.pixel === 'number' &&
    'semantic' in guidance &&
    typeof guidance.semantic === 'number' &&
    Array.isArray(branches)
  );
}
