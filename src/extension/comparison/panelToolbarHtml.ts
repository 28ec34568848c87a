import type { PanelStrings } from '../../shared/panelText';
import { codicon, drawing, escapeHtml as e, iconButton } from './panelMarkup';

/** Modes, zoom, display, and at the end the device and what can be done with the result. */
export function toolbarHtml(s: PanelStrings): string {
  return `<header class="toolbar">
    <div class="modes" role="radiogroup" aria-label="${e(s.modes)}" id="modes">
      ${mode('divider', s.divider, s.dividerTip, drawing('divider'))}
      ${mode('side', s.side, s.sideTip, codicon('split-horizontal'))}
      ${mode('hold', s.hold, s.holdTip, codicon('eye'))}
      ${mode('difference', s.difference, s.differenceTip, drawing('difference'))}
      ${mode('map', s.map, s.mapTip, codicon('sparkle'))}
    </div>
    <div class="group zoom" role="group" aria-label="${e(s.zoom)}">
      ${iconButton('zoomOut', s.zoomOut, codicon('remove'))}
      <output class="zoom-value" id="zoomValue" aria-label="${e(s.zoomLevel)}"></output>
      ${iconButton('zoomIn', s.zoomIn, codicon('add'))}
      ${iconButton('zoomFit', s.zoomFit, codicon('screen-full'), 'aria-pressed="true"')}
      <button type="button" class="tool text" id="zoomActual" aria-pressed="false" data-tip="${e(s.zoomActual)}">100 %</button>
    </div>
    <div class="group display" role="group" aria-label="${e(s.display)}">
      ${iconButton('checkerboard', s.checkerboard, drawing('checkerboard'), 'aria-pressed="false"')}
      ${iconButton('originalPixels', s.originalPixels, drawing('pixels'), 'aria-pressed="false"')}
      ${iconButton('loupe', s.loupe, codicon('search'), 'aria-pressed="false"')}
    </div>
    <div class="end">
      <p class="saved" id="saved" role="status"></p>
      <span class="chip" id="chip" role="group" aria-labelledby="chipText" tabindex="0" hidden>${codicon('chip')}<span id="chipText"></span></span>
      <div class="split for-preview" id="split">
        <button type="button" class="button primary" id="save" data-tip="${e(s.saveTip)}" disabled>${e(s.save)}</button>
        <button type="button" class="button primary arrow" id="saveMore" aria-label="${e(s.saveMore)}" aria-haspopup="menu" aria-expanded="false" aria-controls="saveMenu" disabled>${codicon('chevron-down')}</button>
        <div class="menu" id="saveMenu" role="menu" aria-label="${e(s.saveActions)}" hidden>
          ${menuItem('saveAs', s.saveAs, s.saveAsKeys)}
          ${menuItem('overwrite', s.overwrite)}
          <hr>
          ${menuItem('copySettings', s.copySettings)}
          ${menuItem('useForWorkspace', s.useForWorkspace)}
        </div>
      </div>
    </div>
    <div class="progress" id="progress" role="progressbar" aria-label="${e(s.upscaling)}" aria-valuemin="0" aria-valuemax="100" hidden></div>
  </header>`;
}

function mode(name: string, label: string, tip: string, icon: string): string {
  return (
    `<button type="button" class="tool" role="radio" data-mode="${name}" ` +
    `aria-checked="false" tabindex="-1" data-tip="${e(tip)}">${icon}<span ` +
    `class="label">${e(label)}</span></button>`
  );
}

function menuItem(action: string, label: string, keys = ''): string {
  return (
    '<button type="button" role="menuitem" tabindex="-1" ' +
    `data-action="${action}"><span>${e(label)}</span>${keys ? `<kbd>${e(keys)}</kbd>` : ''}</button>`
  );
}
