import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { PIXEL_ART_CHOICES, type PixelArtChoice } from '../../../shared/assetOptions';
import { byteText } from '../../../shared/byteText';
import { scaleWith } from '../../../shared/panelProtocol';
import { nameParts, pageText } from '../../../shared/safeText';
import { SCALE_RANGE } from '../../../shared/settings';
import { Field, SelectField } from '../../components/Field';
import { NumberField } from '../../components/NumberField';
import { tip } from '../../components/tip';
import { validScale } from '../panelState';
import type { Control } from './control';
import { Format } from './Format';
import { ModelFields } from './ModelFields';

/** Model, scale, format, and the file that would be written. */
export function OutputForm({ view, actions }: Control): JSX.Element {
  const { state, run, model } = view;
  const disabled = run.saving !== undefined || !run.init?.models.length;
  const { fileName = '', size } = (run.scaleValid && run.outputName) || {};
  return (
    <section class="pane output" aria-labelledby="outputTitle">
      <header>
        <h2 id="outputTitle">{l10n.t('Output')}</h2>
      </header>
      <div class="form">
        <ModelFields view={view} actions={actions} />
        <Scale view={view} actions={actions} disabled={disabled || model?.scale === 1} />
        <Format view={view} actions={actions} />
        <SelectField
          id="pixelArt"
          label={l10n.t('Pixel art')}
          tooltip={l10n.t(
            'Pixel art is enlarged as squares, without a model; Auto looks at the picture',
          )}
          options={PIXEL_ART_CHOICES.map((value) => ({ value, label: pixelArtName(value) }))}
          value={state.output.pixelArt}
          disabled={disabled}
          onChoose={(pixelArt) => actions.setOutput({ pixelArt })}
        />
        <Field label={l10n.t('Size')} spoken>
          <output class="value" id="outputSize" aria-live="off">
            {size ? `${size.width} × ${size.height}` : '–'}
            {size && run.outputBytes !== undefined && (
              <span class="bytes" id="outputBytes">
                {l10n.t('about {0}', byteText(run.outputBytes))}
              </span>
            )}
          </output>
        </Field>
        <Field label={l10n.t('File')} spoken>
          <FileName name={fileName} />
        </Field>
      </div>
    </section>
  );
}

/**
 * What is typed counts as soon as it makes sense, also for a shortcut that saves; what does not
 * stays as it is, is told, and can't be saved.
 */
function Scale({
  view: { state, model, run },
  actions,
  disabled,
}: Control & { readonly disabled: boolean }): JSX.Element {
  const { minimum, maximum } = SCALE_RANGE;
  const problem = run.scaleValid ? '' : l10n.t('A number from {0} to {1}.', minimum, maximum);
  return (
    <Field label={l10n.t('Scale')}>
      <NumberField
        id="scale"
        label={l10n.t('Scale')}
        minimum={minimum}
        maximum={maximum}
        value={scaleWith(model, state.output.scale)}
        problem={problem}
        disabled={disabled}
        onType={(typed) => {
          const scale = validScale(typed);
          actions.setScaleValid(scale !== undefined);
          if (scale !== undefined) actions.setOutput({ scale });
        }}
        onEscape={() => actions.setScaleValid(true)}
      >
        <span slot="content-before" class="times">
          ×
        </span>
      </NumberField>
      <p class="field-problem" id="scaleProblem" role="alert">
        {problem}
      </p>
    </Field>
  );
}

/** The end of a long name is never cut off: it tells scale and format. */
function FileName({ name }: { readonly name: string }): JSX.Element {
  const [start, end] = nameParts(name || '–');
  return (
    <output
      class="value file"
      id="outputFile"
      tabIndex={0}
      aria-live="off"
      {...tip(name === '' ? '' : l10n.t('Save writes {0}', pageText(name)))}
    >
      <span>{start}</span>
      <span>{end}</span>
    </output>
  );
}

function pixelArtName(choice: PixelArtChoice): string {
  switch (choice) {
    case 'auto':
      return l10n.t('Auto');
    case 'on':
      return l10n.t('On');
    case 'off':
      return l10n.t('Off');
  }
}
