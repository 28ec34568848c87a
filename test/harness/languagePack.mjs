// A language pack for VS Code, written on the spot: a workbench whose display language is another,
// with the few words of VS Code's own that a test looks at. Whatever else VS Code says stays English.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PUBLISHER = 'pisa-test';
const VERSION = '1.0.0';

/**
 * @param {object} places
 * @param {string} places.userData the server's folder of user data
 * @param {string} places.extensions the server's folder of extensions
 * @param {string} language as VS Code names it, such as `zh-cn`
 * @param {Record<string, Record<string, string>>} words of VS Code: by module, by key
 * @returns {string} the folder of the extension, to be listed among the installed ones
 */
export function writeLanguagePack({ userData, extensions }, language, words) {
  const name = `language-pack-${language}`;
  const folder = path.join(extensions, `${PUBLISHER}.${name}-${VERSION}`);
  const translations = path.join(folder, 'main.i18n.json');
  mkdirSync(folder, { recursive: true });
  mkdirSync(userData, { recursive: true });
  writeJson(translations, { version: VERSION, contents: words });
  writeJson(path.join(folder, 'package.json'), {
    name,
    publisher: PUBLISHER,
    version: VERSION,
    engines: { vscode: '*' },
    contributes: {
      localizations: [
        {
          languageId: language,
          languageName: language,
          localizedLanguageName: language,
          translations: [{ id: 'vscode', path: path.basename(translations) }],
        },
      ],
    },
  });
  // What VS Code writes when such an extension is installed, and reads before it starts.
  writeJson(path.join(userData, 'languagepacks.json'), {
    [language]: {
      hash: 'test',
      label: language,
      extensions: [{ extensionIdentifier: { id: `${PUBLISHER}.${name}` }, version: VERSION }],
      translations: { vscode: translations },
    },
  });
  return folder;
}

const writeJson = (file, value) => writeFileSync(file, JSON.stringify(value));
