import type { Translate } from '../translate';

export type CompareHtmlInput = {
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** BCP 47, for screen readers. */
  readonly language: string;
};

/** The webview's page. Pictures come later by message; no inline style or script, so the policy can be this strict. */
export function compareHtml({ cspSource, nonce, scriptUri, styleUri, language }: CompareHtmlInput, t: Translate): string {
  const e = escapeHtml;
  const policy = `default-src 'none'; img-src ${cspSource}; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${e(language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${e(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${e(styleUri)}">
  <title>${e(t('Compare'))}</title>
</head>
<body>
  <header class="toolbar" role="toolbar" aria-label="${e(t('Zoom'))}">
    ${iconButton('zoomOut', t('Zoom out (−)'), '<path d="M3.5 8h9"/>')}
    <output id="zoomValue" class="zoom-value" aria-live="polite" aria-label="${e(t('Zoom'))}"></output>
    ${iconButton('zoomIn', t('Zoom in (+)'), '<path d="M3.5 8h9M8 3.5v9"/>')}
    <span class="separator" role="separator"></span>
    <button type="button" id="zoomFit" class="button" aria-pressed="false" title="${e(t('Fit to the window (0)'))}">${e(t('Fit'))}</button>
    <button type="button" id="zoomActual" class="button" aria-pressed="false" title="${e(t('One pixel of the result on one pixel of the screen (1)'))}">100 %</button>
  </header>
  <main id="stage" class="stage" tabindex="0" role="group" aria-label="${e(t('Original and result side by side. Plus and minus zoom, arrow keys move both.'))}">
    ${pane('original')}
    ${pane('result')}
  </main>
  <script nonce="${e(nonce)}" src="${e(scriptUri)}"></script>
</body>
</html>`;
}

function iconButton(id: string, label: string, paths: string): string {
  const text = escapeHtml(label);
  return `<button type="button" id="${id}" class="button icon" aria-label="${text}" title="${text}"><svg viewBox="0 0 16 16" aria-hidden="true">${paths}</svg></button>`;
}

const pane = (id: string): string => `<figure id="${id}" class="pane">
      <img alt="" draggable="false" hidden>
      <p class="problem" role="status" hidden></p>
      <figcaption class="tag"><b></b><span></span></figcaption>
    </figure>`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
