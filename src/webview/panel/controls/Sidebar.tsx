import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Button } from '../../components/Button';
import { isSettled } from '../saveRules';
import { CompareRow } from './CompareRow';
import type { LiveControl } from './control';
import { Dial } from './Dial';
import { GuidanceHeader } from './GuidanceHeader';
import { Honesty } from './Honesty';
import { OutputForm } from './OutputForm';
import { PadFold } from './PadFold';
import { PresetNote } from './PresetNote';
import { Presets } from './Presets';

/** Guidance, figures, output and A/B; a pair has none of it. */
export function Sidebar({ view, actions, current }: LiveControl): JSX.Element {
  return (
    <aside class="side for-preview" aria-label={l10n.t('Settings')}>
      <div class="scroll">
        <section class="pane guidance" aria-labelledby="guidanceTitle">
          <GuidanceHeader view={view} actions={actions} current={current} />
          <div class="dials">
            <Dial branch="pixel" view={view} actions={actions} current={current} />
            <Dial branch="semantic" view={view} actions={actions} current={current} />
            <Presets view={view} actions={actions} />
            <PresetNote view={view} actions={actions} />
          </div>
          <PadFold view={view} actions={actions} current={current} />
        </section>
        <Honesty view={view} />
        <OutputForm view={view} actions={actions} />
        <CompareRow view={view} actions={actions} />
      </div>
      <footer>
        <Button
          id="applyToOthers"
          class="wide"
          secondary
          tooltip={l10n.t(
            'Choose other images, and upscale them with this model, these dials, scale and format',
          )}
          disabled={!isSettled(view) || !view.run.scaleValid}
          onPress={() => actions.applyToOthers()}
        >
          {l10n.t('Apply to Other Images…')}
        </Button>
      </footer>
    </aside>
  );
}
