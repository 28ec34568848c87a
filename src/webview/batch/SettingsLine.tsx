import * as l10n from '@vscode/l10n';
import type { BatchPlanView } from '../../shared/batchProtocol';
import type { BatchController } from './batchController';

/** What decides how the results look, and the way to change it. */
export function SettingsLine({
  plan: { hasRecipe, settings },
  controller,
}: {
  readonly plan: BatchPlanView;
  readonly controller: BatchController;
}) {
  if (hasRecipe) {
    const decides = l10n.t('A recipe decides: .pisa-upscale.json');
    return (
      <p id="settings">
        <span title={decides}>{decides}</span>
        <button
          type="button"
          class="link"
          id="changeRecipe"
          onClick={() => controller.tell('openRecipe')}
        >
          {l10n.t('Open Recipe')}
        </button>
      </p>
    );
  }
  if (settings === undefined) return null;
  return (
    <p id="settings">
      <span title={settings}>{settings}</span>
      <button
        type="button"
        class="link"
        id="changeSettings"
        onClick={() => controller.tell('changeSettings')}
      >
        {l10n.t('Change…')}
      </button>
    </p>
  );
}
