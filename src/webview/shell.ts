import * as l10n from '@vscode/l10n';
import { speak } from '../shared/phrase';

const contentOf = (name: string): unknown =>
  JSON.parse(
    document.querySelector(`meta[name="pisa-upscale-${name}"]`)?.getAttribute('content') ?? 'null',
  );

/**
 * Takes the words that the extension put into the page, so that `l10n.t` speaks the person's
 * language, and gives the state that the page starts with. To be called before anything is drawn.
 */
export function openShell(): unknown {
  l10n.config({ contents: wordsOf(contentOf('words')) });
  speak(l10n.t, document.documentElement.lang);
  return contentOf('state');
}

/** Whatever is no text is left out: the page then shows the English. */
function wordsOf(value: unknown): { [message: string]: string } {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
