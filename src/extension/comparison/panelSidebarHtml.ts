import { PIXEL_ART_CHOICES } from '../../shared/assetOptions';
import type { PanelStrings } from '../../shared/panelText';
import { OUTPUT_FORMATS, SCALE_RANGE } from '../../shared/settings';
import { guidanceHtml } from './panelGuidanceHtml';
import { codicon, escapeHtml as e, iconButton } from './panelMarkup';

/** Guidance, figures, output and A/B; a pair has none of it. */
export function sidebarHtml(s: PanelStrings): string {
  return `<aside class="side for-preview" aria-label="${e(s.settings)}">
    <div class="scroll">
      ${guidanceHtml(s)}
      ${honestyHtml(s)}
      ${outputHtml(s)}
      ${compareHtml(s)}
    </div>
    <footer><button type="button" class="button wide" id="applyToOthers" data-tip="${e(s.applyToOthersTip)}" disabled>${e(s.applyToOthers)}</button></footer>
  </aside>`;
}

function honestyHtml(s: PanelStrings): string {
  return `<section class="pane honesty" aria-labelledby="honestyTitle">
        <header><h2 id="honestyTitle">${e(s.honesty)}</h2></header>
        ${figure('consistency', s.consistency, s.consistencyTip, [20, 45])}
        ${figure('invented', s.invented, s.inventedTip, [0, 30])}
        <ul class="notes" id="notes" hidden></ul>
      </section>`;
}

/** Read when it is wanted: a value that follows the dials would interrupt at every step. */
function figure(
  id: string,
  label: string,
  tip: string,
  [minimum, maximum]: readonly [number, number],
): string {
  return `<div class="figure" id="${id}" role="group" aria-labelledby="${id}Label" tabindex="0" data-tip="${e(tip)}">
          <span id="${id}Label">${e(label)}</span><output id="${id}Value" aria-live="off"></output>
          <div class="meter" id="${id}Meter" role="meter" aria-labelledby="${id}Label" aria-valuemin="${minimum}" aria-valuemax="${maximum}" aria-valuenow="${minimum}"><i></i><b></b></div>
          <small id="${id}Word"></small>
        </div>`;
}

function outputHtml(s: PanelStrings): string {
  const formats = ['source', ...OUTPUT_FORMATS].map(
    (format) =>
      '<option ' +
      `value="${format}">${e(format === 'source' ? s.formatSource : format === 'webp' ? 'WebP' : format.toUpperCase())}</option>`,
  );
  const names = { auto: s.auto, on: s.pixelArtOn, off: s.pixelArtOff };
  const pixelArt = PIXEL_ART_CHOICES.map(
    (choice) => `<option value="${choice}">${e(names[choice])}</option>`,
  ).join('');
  return `<section class="pane output" aria-labelledby="outputTitle">
        <header><h2 id="outputTitle">${e(s.output)}</h2></header>
        <div class="form">
          <label for="model">${e(s.model)}</label>
          <select id="model" data-tip="${e(s.modelTip)}"></select>
          <label for="restore" id="restoreLabel" hidden>${e(s.restore)}</label>
          <select id="restore" data-tip="${e(s.restoreTip)}" hidden></select>
          <label for="scale">${e(s.scale)}</label>
          <span class="pair">
            <span class="times"><input class="number" id="scale" type="number" min="${SCALE_RANGE.minimum}" max="${SCALE_RANGE.maximum}" step="any" inputmode="decimal" aria-describedby="scaleProblem"></span>
            <select id="format" aria-label="${e(s.format)}">${formats.join('')}</select>
          </span>
          <p class="field-problem" id="scaleProblem" role="alert"></p>
          <label for="pixelArt">${e(s.pixelArt)}</label>
          <select id="pixelArt" data-tip="${e(s.pixelArtTip)}">${pixelArt}</select>
          <span class="key">${e(s.size)}</span><output class="value" id="outputSize" aria-live="off"></output>
          <span class="key">${e(s.file)}</span><output class="value file" id="outputFile" tabindex="0" aria-live="off"><span></span><span></span></output>
        </div>
      </section>`;
}

function compareHtml(s: PanelStrings): string {
  return `<section class="pane compare" aria-labelledby="compareTitle">
        <header>
          <h2 id="compareTitle">${e(s.ab)}</h2>
          <button type="button" class="button small" id="pin" data-tip="${e(s.pinTip)}" disabled>${codicon('pinned')}${e(s.pin)}</button>
          <div class="compare-set" id="compareSet" hidden>
            <div class="segments" role="radiogroup" aria-label="${e(s.compareWith)}" id="compareWith">
              <button type="button" role="radio" data-with="original" aria-checked="true">${e(s.original)}</button><button type="button" role="radio" data-with="A" aria-checked="false"><b>${e(s.pinnedA)}</b> <span id="pinnedDials"></span></button>
            </div>
            ${iconButton('swap', s.swap, codicon('arrow-swap'))}
            ${iconButton('unpin', s.unpin, codicon('close'))}
          </div>
        </header>
      </section>`;
}
