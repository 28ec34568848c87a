import { GUIDANCE_RANGE } from '../../shared/guidance';
import type { PanelStrings } from '../../shared/panelText';
import { codicon, escapeHtml as e, iconButton, lambda } from './panelMarkup';

/** The pad, both dials and the presets. */
export function guidanceHtml(s: PanelStrings): string {
  return `<section class="pane guidance" aria-labelledby="guidanceTitle">
        <header>
          <h2 id="guidanceTitle">${e(s.guidance)}</h2>
          <button type="button" class="why" id="aboutPad" aria-label="${e(s.aboutPad)}">${codicon('info')}</button>
          <span class="actions">
            ${iconButton('undo', s.undo, codicon('discard'), 'disabled')}
            ${iconButton('redo', s.redo, codicon('redo'), 'disabled')}
            <button type="button" class="link" id="reset" disabled>${e(s.reset)}</button>
          </span>
        </header>
        <div class="pad-area">
          ${lambda('sem', 'y-name')}
          <div class="y-ticks" aria-hidden="true"><span>1.5</span><span>1</span><span>0.5</span><span>0</span></div>
          <div class="pad" id="pad" role="slider" tabindex="0" aria-roledescription="${e(s.padRole)}" aria-label="${e(s.pad)}" aria-valuemin="${GUIDANCE_RANGE.minimum}" aria-valuemax="${GUIDANCE_RANGE.maximum}" aria-valuenow="1">
            <canvas class="zone" id="zone" width="432" height="432"></canvas>
            <svg class="grid" aria-hidden="true" viewBox="0 0 6 6" preserveAspectRatio="none"><path class="minor" d="M1 0v6M3 0v6M5 0v6M0 1h6M0 3h6M0 5h6"/><path class="major" d="M2 0v6M4 0v6M0 2h6M0 4h6"/></svg>
            <span class="corner top left">${e(s.padTopLeft)}</span><span class="corner top right">${e(s.padTopRight)}</span>
            <span class="corner bottom left">${e(s.padBottomLeft)}</span><span class="corner bottom right">${e(s.padBottomRight)}</span>
            <i class="hair across"></i><i class="hair up"></i><i class="ring"></i><i class="mark" id="padMark" hidden>${e(s.pinnedA)}</i><i class="dot"></i>
          </div>
          <div class="x-ticks" aria-hidden="true"><span>0</span><span>0.5</span><span>1</span><span>1.5</span></div>
          ${lambda('pix', 'x-name')}
        </div>
        <div class="dials">
          ${dialHtml('pixel', s.pixelDial, s.pixelDialTip, s)}
          ${dialHtml('semantic', s.semanticDial, s.semanticDialTip, s)}
          <div class="presets" role="radiogroup" aria-label="${e(s.presets)}" id="presets">
            ${preset('faithful', s.faithful)}${preset('balanced', s.balanced)}${preset('full', s.full)}${preset('vivid', s.vivid)}${preset('auto', s.auto)}
          </div>
        </div>
      </section>`;
}

const preset = (name: string, label: string): string =>
  `<button type="button" role="radio" data-preset="${name}" aria-checked="false" ` +
  `tabindex="-1"><b>${e(label)}</b><span></span></button>`;

/** A dial: name, number, slider, and what is said where the model lacks it. */
function dialHtml(id: 'pixel' | 'semantic', label: string, tip: string, s: PanelStrings): string {
  const { minimum, maximum, step } = GUIDANCE_RANGE;
  return `<div class="dial" id="${id}Dial">
            <label for="${id}Slider">${e(label)} ${lambda(id === 'pixel' ? 'pix' : 'sem', 'symbol')}</label>
            <input class="number" id="${id}Number" type="number" min="${minimum}" max="${maximum}" step="${step}" inputmode="decimal" aria-label="${e(s.dialNumber.replace('{0}', label))}">
            <input class="slider" id="${id}Slider" type="range" min="${minimum}" max="${maximum}" step="${step}" data-tip="${e(tip)}">
            <p class="note" id="${id}Missing" hidden></p>
          </div>`;
}
