import { remediesOf, type ChangeableSetting, type Remedy } from '../../shared/remedies';
import type { RpcError } from '../../shared/rpc';
import type { Translate } from '../../shared/translate';
import { sentences } from '../../shared/sentences';

/** The id of a setting. The proxy is one of VS Code's own. */
export const settingId = (setting: ChangeableSetting): string =>
  setting === 'proxy' ? 'http.proxy' : `pisaUpscale.${setting}`;

/**
 * Settings that belong to a machine. In a remote window they are the remote machine's: VS Code then
 * shows them among its settings only, and not among the user's.
 */
export const MACHINE_SETTINGS: ReadonlySet<ChangeableSetting> = new Set<ChangeableSetting>([
  'device',
  'modelStore',
  'pisaSrMirrors',
  'remote.url',
]);

/** A setting's name as the settings editor writes it. */
export const settingTitle = (setting: ChangeableSetting): string =>
  setting === 'proxy'
    ? 'Http: Proxy'
    : setting
        .replace('.', ': ')
        .replace(/[A-Z]/g, ' $&')
        .replace(/(?:^|: )[a-z]/g, (letter) => letter.toUpperCase());

/** What a person can do in the editor, as a sentence. */
export function remedyWords(remedy: Remedy, t: Translate): string {
  switch (remedy.kind) {
    case 'change-setting':
      return t('The setting "{0}" decides.', settingTitle(remedy.setting));
    case 'free-space':
      return t('Free some space in {0}.', remedy.folder);
    case 'accept-licences':
      return t('Install it to read and accept it.');
    case 'accept-unverified':
    case 'allow-http':
      return t('Install it to be asked.');
    case 'import-model':
      return t('Its files can be imported from a folder.');
    case 'install-model':
      return t('Install it.');
    case 'manage-models':
      return t('Choose another model, or install this one again.');
    case 'reinstall':
      return t('Install the extension again for this platform.');
    // Their buttons say it all.
    case 'retry':
    case 'show-details':
    case 'show-log':
      return '';
    case 'show-devices':
      return t('"Show Devices" tells what works here.');
    case 'treat-as-photo':
      return t('If it is none, treat it as a photo.');
    case 'upscale-again':
      return t('It can be upscaled anyway.');
    case 'use-cpu':
      return t('The CPU is slower and works everywhere.');
  }
}

/** The button that does it. */
export function remedyButton(remedy: Remedy, t: Translate): string {
  switch (remedy.kind) {
    case 'change-setting':
      return t('Open Setting');
    case 'free-space':
    case 'retry':
      return t('Retry');
    case 'accept-licences':
    case 'accept-unverified':
    case 'allow-http':
    case 'install-model':
      return t('Install…');
    case 'import-model':
      return t('Import from Folder…');
    case 'manage-models':
      return t('Manage Models…');
    case 'reinstall':
      return t('Show Extension');
    case 'show-details':
      return t('Show Details');
    case 'show-devices':
      return t('Show Devices');
    case 'show-log':
      return t('Show Log');
    case 'treat-as-photo':
      return t('Treat as Photo');
    case 'upscale-again':
      return t('Upscale Anyway');
    case 'use-cpu':
      return t('Use CPU');
  }
}

/** What to do about an error, in one line; undefined when nothing can be done. */
export function adviceOf(
  error: Pick<RpcError, 'code' | 'hint' | 'remedies'>,
  t: Translate,
): string | undefined {
  const remedies = remediesOf(error);
  const settings = remedies.flatMap((remedy) =>
    remedy.kind === 'change-setting' ? [`"${settingTitle(remedy.setting)}"`] : [],
  );
  const words = [
    error.hint ?? '',
    ...(settings.length > 1
      ? [
          t('The settings {0} decide.', settings.join(', ')),
          ...remedies
            .filter(({ kind }) => kind !== 'change-setting')
            .map((remedy) => remedyWords(remedy, t)),
        ]
      : remedies.map((remedy) => remedyWords(remedy, t))),
  ];
  const text = sentences([...new Set(words)]);
  return text === '' ? undefined : text;
}
