import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { membersOf, panelModelOf } from '../../../shared/panelModels';
import type { PanelModel } from '../../../shared/panelProtocol';
import { pairId } from '../../../shared/pairs';
import { Field, SelectField } from '../../components/Field';
import { TextField } from '../../components/TextField';
import type { Option } from '../../components/Select';
import type { Control } from './control';

/** No model: a list shows nothing for an option without a value. */
const NONE = '-';

/** Which model upscales, what it is joined with, what runs before it, and what it is told. */
export function ModelFields({ view, actions }: Control): JSX.Element {
  const { state, run, model } = view;
  const models = run.init?.models ?? [];
  const disabled = run.saving !== undefined || models.length === 0;
  const [first, second = ''] = membersOf(state.model);
  const partners = models.filter(({ id }) => model?.partners.includes(id));
  const restorers = models.filter(({ scale }) => scale === 1);
  /** What adds the texture stays, where that fits the new model. */
  const choose = (id: string): void => {
    const pair = pairId(id, second);
    actions.setModel(second !== '' && panelModelOf(models, pair) ? pair : id);
  };
  return (
    <>
      <SelectField
        id="model"
        label={l10n.t('Model')}
        tooltip={l10n.t("Hold Shift and drop a model's file here to add it")}
        options={models.map(optionOf)}
        value={first}
        disabled={disabled}
        onChoose={choose}
      />
      {partners.length > 0 && (
        <SelectField
          id="partner"
          label={l10n.t('Texture')}
          tooltip={l10n.t(
            'A second model that adds the texture: "Semantic detail" is how much of it, "Pixel fidelity" stays with the first',
          )}
          options={[{ value: NONE, label: l10n.t('Of the same model') }, ...partners.map(optionOf)]}
          value={second || NONE}
          disabled={disabled}
          onChoose={(id) => actions.setModel(id === NONE ? first : pairId(first, id))}
        />
      )}
      {restorers.length > 0 && (
        <SelectField
          id="restore"
          label={l10n.t('Restore')}
          tooltip={l10n.t(
            'A model that cleans the picture at its own size, before the other enlarges it',
          )}
          options={[{ value: NONE, label: l10n.t('Nothing first') }, ...restorers.map(optionOf)]}
          value={state.output.restore ?? NONE}
          disabled={disabled}
          onChoose={(id) => actions.setOutput({ restore: id === NONE ? undefined : id })}
        />
      )}
      <Prompt view={view} actions={actions} />
    </>
  );
}

const optionOf = ({ id, name }: PanelModel): Option<string> => ({ value: id, label: name });

/** What the picture shows, in words: only where the model takes them. */
function Prompt({ view: { model, state, run }, actions }: Control): JSX.Element | null {
  if (!model?.prompts) return null;
  const disabled = run.saving !== undefined;
  return (
    <Field label={l10n.t('Prompt')}>
      {model.prompts === 'ready' ? (
        <TextField
          id="prompt"
          label={l10n.t('Prompt')}
          placeholder={l10n.t('What the picture shows')}
          tooltip={l10n.t('Words that say what the picture shows. Enter computes it anew.')}
          value={state.output.prompt}
          disabled={disabled}
          onCommit={(prompt) => actions.setOutput({ prompt })}
        />
      ) : (
        <button
          type="button"
          class="link field-link"
          id="installPrompts"
          disabled={disabled}
          onClick={() => actions.installPrompts()}
        >
          {l10n.t('Install what reads it…')}
        </button>
      )}
    </Field>
  );
}
