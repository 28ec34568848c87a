import type { PanelInit } from '../../shared/panelProtocol';
import type { PanelStrings } from '../../shared/panelText';
import { escapeHtml as e } from './panelMarkup';
import { sidebarHtml } from './panelSidebarHtml';
import { stageHtml } from './panelStageHtml';
import { toolbarHtml } from './panelToolbarHtml';

export type PanelHtmlInput = {
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** BCP 47, for screen readers. */
  readonly language: string;
  readonly strings: PanelStrings;
  /** What the panel starts with, so that nothing flashes up that a pair does not have. */
  readonly kind: PanelInit['kind'];
};

/**
 * The comparison panel's page. Pictures and settings come later by message. Nothing inline, so the
 * policy can be this strict; the codicon font lies beside the style sheet, and the webview fetches
 * the layers of a preview.
 */
export function panelHtml({
  cspSource,
  nonce,
  scriptUri,
  styleUri,
  language,
  strings,
  kind,
}: PanelHtmlInput): string {
  const policy =
    `default-src 'none'; img-src ${cspSource}; font-src ${cspSource}; ` +
    `style-src ${cspSource}; connect-src ${cspSource}; script-src ` +
    `'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${e(language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${e(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="pisa-upscale-strings" content="${e(JSON.stringify(strings))}">
  <link rel="stylesheet" href="${e(styleUri)}">
  <title>${e(strings.title)}</title>
</head>
<body data-kind="${kind}" aria-busy="true">
  ${toolbarHtml(strings)}
  ${stageHtml(strings)}
  ${sidebarHtml(strings)}
  <p class="facts" id="facts" hidden></p>
  <div class="drop" id="drop" hidden><p></p></div>
  <div class="tip" id="tip" role="tooltip" hidden></div>
  <p class="spoken" id="announcements" role="status"></p>
  <script type="module" nonce="${e(nonce)}" src="${e(scriptUri)}"></script>
</body>
</html>`;
}
