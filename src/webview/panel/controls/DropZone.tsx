import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PanelDrop } from '../../../shared/panelDrop';
import { listenToDrops, type DropHint } from '../fileDrop';

/** While files are dragged over the page: what dropping them does, or what it needs. */
export function DropZone({ onDrop }: { readonly onDrop: (drop: PanelDrop) => void }): JSX.Element {
  const [hint, setHint] = useState<DropHint | undefined>();
  useEffect(() => listenToDrops(setHint, onDrop), [onDrop]);
  return (
    <div class="drop" id="drop" hidden={!hint}>
      <p>
        {hint === 'shift'
          ? l10n.t('Hold Shift to drop a picture or a model here')
          : l10n.t('Drop a picture to compare it, or a model to use it')}
      </p>
    </div>
  );
}
