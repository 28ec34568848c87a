import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../../components/Button';
import { keyName } from '../../components/keyNames';
import { MenuButton } from '../../components/MenuButton';
import type { PanelActions } from '../actions';
import { canSave } from '../saveRules';
import type { Stage } from '../stage';
import type { Control } from './control';

/** The button that saves, and its menu. They stay where they are, whatever runs. */
export function SaveButton({
  view,
  actions,
  stage,
}: Control & { readonly stage: Stage }): JSX.Element {
  const split = useRef<HTMLDivElement>(null);
  const others = canSave(view, 'saveAs');
  useLayoutEffect(() => {
    // What can't be used loses the focus, and with it the keys.
    if (!others && split.current?.contains(document.activeElement)) stage.focus();
  }, [others, stage]);
  return (
    <div class="split for-preview" id="split" ref={split}>
      <Button
        id="save"
        tooltip={
          view.saveProblem ||
          view.leftAlone ||
          l10n.t('Saves beside the original ({0})', keyName('S'))
        }
        disabled={!canSave(view, 'save')}
        onPress={() => actions.save('save')}
      >
        {l10n.t('Save')}
      </Button>
      <MenuButton
        id="saveMore"
        menuId="saveMenu"
        label={l10n.t('More save actions')}
        menuLabel={l10n.t('Save actions')}
        items={[
          {
            action: 'saveAs',
            label: l10n.t('Save As…'),
            keys: keyName('S', { shift: true }),
          },
          { action: 'overwrite', label: l10n.t('Overwrite…') },
          { action: 'copySettings', label: l10n.t('Copy Settings'), first: true },
          { action: 'useForWorkspace', label: l10n.t('Use for This Workspace') },
        ]}
        disabled={!others}
        onChoose={(action) => choose(actions, action)}
      />
    </div>
  );
}

function choose(actions: PanelActions, action: string): void {
  if (action === 'saveAs' || action === 'overwrite') actions.save(action);
  else if (action === 'copySettings') actions.copySettings();
  else if (action === 'useForWorkspace') actions.useForWorkspace();
}
