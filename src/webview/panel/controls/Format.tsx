import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { LOSSLESS_CHOICES, type LosslessChoice } from '../../../shared/outputOptions';
import { OUTPUT_FORMATS, QUALITY_RANGE, type OutputFormatChoice } from '../../../shared/settings';
import { Field, SelectField } from '../../components/Field';
import type { Control } from './control';

const FORMATS: readonly OutputFormatChoice[] = ['source', ...OUTPUT_FORMATS];
const WITH_QUALITY: ReadonlySet<string | undefined> = new Set(['jpeg', 'webp', 'avif']);
const MAYBE_LOSSLESS: ReadonlySet<string | undefined> = new Set(['webp', 'avif']);

/** The file's format, and how much of the picture it keeps. */
export function Format({ view, actions }: Control): JSX.Element {
  const { run, state } = view;
  const { format, quality, lossless } = state.output;
  const original = run.init?.original.format;
  const written = format === 'source' ? original : format;
  const disabled = run.saving !== undefined || !run.init?.models.length;
  const isWebp = written === 'webp' && original === 'webp';
  const shown = lossless === 'auto' && !isWebp ? 'never' : lossless;
  return (
    <>
      <SelectField
        id="format"
        label={l10n.t('Format')}
        options={FORMATS.map((value) => ({ value, label: formatName(value) }))}
        value={format}
        disabled={disabled}
        onChoose={(chosen) => actions.setOutput({ format: chosen })}
      />
      {MAYBE_LOSSLESS.has(written) && (
        <SelectField
          id="lossless"
          label={l10n.t('Compression')}
          tooltip={l10n.t('Without loss every pixel is kept, in a larger file')}
          options={LOSSLESS_CHOICES.filter((choice) => choice !== 'auto' || isWebp).map(
            (value) => ({ value, label: losslessName(value) }),
          )}
          value={shown}
          disabled={disabled}
          onChoose={(chosen) => actions.setOutput({ lossless: chosen })}
        />
      )}
      {WITH_QUALITY.has(written) && shown !== 'always' && (
        <Field label={l10n.t('Quality')} of="quality">
          <span class="quality">
            <input
              class="slider"
              id="quality"
              type="range"
              min={QUALITY_RANGE.minimum}
              max={QUALITY_RANGE.maximum}
              value={quality}
              disabled={disabled}
              style={{ '--share': String(quality / QUALITY_RANGE.maximum) }}
              onInput={({ currentTarget }) =>
                actions.setOutput({ quality: currentTarget.valueAsNumber })
              }
            />
            <output for="quality" aria-live="off">
              {quality}
            </output>
          </span>
        </Field>
      )}
    </>
  );
}

const formatName = (format: OutputFormatChoice): string =>
  format === 'source' ? l10n.t('As original') : format === 'webp' ? 'WebP' : format.toUpperCase();

function losslessName(choice: LosslessChoice): string {
  switch (choice) {
    case 'auto':
      return l10n.t('As original');
    case 'always':
      return l10n.t('Without loss');
    case 'never':
      return l10n.t('With loss, smaller');
  }
}
