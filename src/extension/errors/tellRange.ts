import * as vscode from 'vscode';
import type { RangeProblem } from '../settingsReader';
import type { Log } from '../log';
import { notify } from '../ui/notifications';
import { carryOut } from './carryOut';
import { settingTitle } from './remedyWords';

/** Says that a setting is out of its range and what is used instead, with the way to the setting. */
export async function tellRange(
  { setting, value, minimum, maximum, used }: RangeProblem,
  log: Log,
): Promise<void> {
  const text = vscode.l10n.t(
    'The setting "{0}" is {1}; it must be {2} to {3}, so {4} is used.',
    settingTitle(setting),
    value,
    minimum,
    maximum,
    used,
  );
  log.warn(text);
  const open = vscode.l10n.t('Open Setting');
  if ((await notify('warning', text, open)) === open)
    await carryOut({ title: open, remedies: [{ kind: 'change-setting', setting }] }, {});
}
