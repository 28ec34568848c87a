import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { PIXEL_ART_CHOICES, type PixelArtChoice } from '../../../shared/assetOptions';
import { scaleWith } from '../../../shared/panelProtocol';
import { SCALE_RANGE } from '../../../shared/settings';
import { NumberField } from '../../components/NumberField';
import { Select } from '../../components/Select';
import { tip } from '../../components/tip';
import { validScale } from '../panelState';
import type { Control } from './control';
import { Format } from './Format';

/** Model, scale, format, and the file that would be written. */
export function OutputForm({ view, actions }: Control): JSX.Element {
  const { state, run, model } = view;
  const models = run.init?.models ?? [];
  const disabled = run.saving !== undefined || models.length === 0;
  const { fileName = '', size } = (run.scaleValid && run.outputName) || {};
  return (
    <section class="pane output" aria-labelledby="outputTitle">
      <header>
        <h2 id="outputTitle">{l10n.t('Output')}</h2>
      </header>
      <div class="form">
        <span class="key" aria-hidden="true">
          {l10n.t('Model')}
        </span>
        <Select
          id="model"
          label={l10n.t('Model')}
          tooltip={l10n.t('Hold Shift and drop a model’s file here to add it')}
          options={models.map(({ id, name }) => ({ value: id, label: name }))}
          value={state.model}
          disabled={disabled}
          onChoose={(id) => actions.setModel(id)}
        />
        <Restorer view={view} actions={actions} />
        <Scale view={view} actions={actions} disabled={disabled || model?.scale === 1} />
        <Format view={view} actions={actions} />
        <span class="key" aria-hidden="true">
          {l10n.t('Pixel art')}
        </span>
        <Select
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
        <span class="key">{l10n.t('Size')}</span>
        <output class="value" id="outputSize" aria-live="off">
          {size ? `${size.width} × ${size.height}` : '–'}
        </output>
        <span class="key">{l10n.t('File')}</span>
        <FileName name={fileName} />
      </div>
    </section>
  );
}

/** Where no model restores at the same size, there is nothing to choose. */
function Restorer({ view: { run, state }, actions }: Control): JSX.Element | null {
  const restorers = (run.init?.models ?? []).filter(({ scale }) => scale === 1);
  if (restorers.length === 0) return null;
  return (
    <>
      <span class="key" aria-hidden="true">
        {l10n.t('Restore')}
      </span>
      <Select
        id="restore"
        label={l10n.t('Restore')}
        tooltip={l10n.t(
          'A model that cleans the picture at its own size, before the other enlarges it',
        )}
        options={[
          { value: '', label: l10n.t('Nothing first') },
          ...restorers.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={state.output.restore ?? ''}
        disabled={run.saving !== undefined}
        onChoose={(id) => actions.setOutput({ restore: id || undefined })}
      />
    </>
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
    <>
      <span class="key" aria-hidden="true">
        {l10n.t('Scale')}
      </span>
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
    </>
  );
}

/** The end of a long name is never cut off: it tells scale and format. */
function FileName({ name }: { readonly name: string }): JSX.Element {
  const shown = name || '–';
  const cut = Math.max(0, shown.length - 12);
  return (
    <output
      class="value file"
      id="outputFile"
      tabIndex={0}
      aria-live="off"
      {...tip(name === '' ? '' : l10n.t('Save writes {0}', name))}
    >
      <span>{shown.slice(0, cut)}</span>
      <span>{shown.slice(cut)}</span>
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
