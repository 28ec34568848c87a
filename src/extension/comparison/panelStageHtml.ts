import type { PanelStrings } from '../../shared/panelText';
import { codicon, drawing, escapeHtml as e } from './panelMarkup';

/** For the editor's context menu: there is nothing to cut or paste in a picture. */
const NO_CLIPBOARD_MENU = JSON.stringify({ preventDefaultContextMenuItems: true });

/**
 * The picture with what lies on it: tags, legend, divider, pixel values, and what has to be said.
 */
export function stageHtml(s: PanelStrings): string {
  return `<main class="stage-area">
    <div class="stage" id="stage" role="group" tabindex="0" aria-label="${e(s.stage)}" data-vscode-context="${e(NO_CLIPBOARD_MENU)}">
      <div class="surface" id="surface" role="img" aria-label="${e(s.upscaled)}"><canvas id="picture"></canvas></div>
      <div class="frame" id="frame">
        <p class="tag left" id="tagLeft"><b></b> <span></span></p>
        <p class="tag right" id="tagRight"><b></b> <span></span></p>
        <p class="tag hint" id="hint" hidden></p>
        <p class="tag badge" id="badge"></p>
        <figure class="tag legend" id="legend" hidden>
          <figcaption><span id="legendTitle"></span><span id="legendShare"></span></figcaption>
          <div class="ramp" id="ramp"><i></i></div>
          <div class="ramp-scale"><span id="rampStart"></span><span id="rampMark"></span><span id="rampEnd"></span></div>
        </figure>
      </div>
      <div class="divider" id="divider" role="slider" tabindex="0" aria-orientation="horizontal" aria-label="${e(s.dividerLabel)}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="50" hidden>
        <span class="knob">${drawing('grip')}</span>
      </div>
      <div class="tag loupe" id="loupeBox" aria-hidden="true" hidden>
        <p id="loupeAt"></p>
        ${loupeSide('compare')}
        ${loupeSide('result')}
      </div>
      <p class="problem" id="problem" role="status"></p>
    </div>
    <div class="tag working" id="working" hidden>
      <span id="workingText"></span>
      <button type="button" class="link" id="faster" data-tip="${e(s.fasterTip)}" hidden>${e(s.faster)}</button>
      <button type="button" class="link" id="cancel">${e(s.cancel)}</button>
    </div>
    <div class="banner" id="banner" role="status"></div>
    <div class="notice-place" id="noticePlace"></div>
    <template id="bannerTemplate">
      ${codicon('info')}<span id="bannerText"></span>
      <button type="button" class="link" data-action="refresh">${e(s.refresh)}</button>
      <button type="button" class="link" data-action="keep">${e(s.keep)}</button>
      <button type="button" class="link" data-action="upscaleAnyway">${e(s.upscaleAnyway)}</button>
    </template>
    <template id="noticeTemplate">
      <section class="notice">
        ${codicon('error')}
        <div class="notice-text">
          <h2></h2>
          <p class="what"></p>
          <p class="advice"></p>
          <div class="actions">
            <button type="button" class="button primary" data-action="tryProcessor">${e(s.tryProcessor)}</button>
            <button type="button" class="button primary" data-action="saveUnseen">${e(s.saveUnseen)}</button>
            <button type="button" class="button" data-action="tryAgain">${e(s.tryAgain)}</button>
            <button type="button" class="link" data-action="showLog">${e(s.showLog)}</button>
          </div>
        </div>
        <button type="button" class="tool square" data-action="dismiss" aria-label="${e(s.dismiss)}">${codicon('close')}</button>
      </section>
    </template>
  </main>`;
}

const loupeSide = (side: 'compare' | 'result'): string =>
  `<figure data-side="${side}"><canvas width="144" ` +
  'height="144"></canvas><figcaption><b></b> <output></output></figcaption></figure>';
