import type { BatchStrings } from '../../shared/batchProtocol';
import { escapeHtml as e } from '../comparison/panelMarkup';

/** The batch view's markup. `folder`: the folder's name. The plan comes later by message. */
export function batchBody(s: BatchStrings, folder: string): string {
  const button = (id: string, label: string, kind = ''): string =>
    `<button type="button" id="${id}" class="${kind}" hidden>${e(label)}</button>`;
  return `<header>
    <h1>${e(s.title)} <span id="folder">${e(folder)}</span></h1>
    <p id="subtitle"></p>
    <div class="notice" id="notice" role="status" hidden><span id="noticeText"></span> ${button('noticeAction', s.goOn)}</div>
    <div class="notice" id="otherNotice" role="status" hidden><span id="otherText"></span> ${button('watch', s.watch)}${button('wait', s.wait)}</div>
    <div class="notice" id="trustNotice" role="status" hidden><span>${e(s.unreadRecipe)}</span> ${button('manageTrust', s.manageTrust)}</div>
    <div class="filterRow"><div id="filters"></div><span class="grow"></span>
      ${button('tickShown', s.tickShown, 'secondary')}${button('untickShown', s.untickShown, 'secondary')}
    </div>
  </header>
  <main>
    <div class="planning" id="planning"><p>${e(s.planning.replace('{0}', folder))}</p><p class="dim">${e(s.planningHint)}</p></div>
    <div class="problem" id="problem" role="alert" hidden></div>
    <div class="table" id="table" role="table" aria-label="${e(s.files)}" hidden>
      <div class="head" role="rowgroup"><div class="row" role="row">
        <span role="columnheader" class="tick" aria-label="${e(s.start)}"></span><span role="columnheader" class="file">${e(s.columnFile)}</span><span role="columnheader" class="size">${e(s.columnSize)}</span><span role="columnheader" class="output">${e(s.columnOutput)}</span><span role="columnheader" class="state">${e(s.columnState)}</span>
      </div></div>
      <div class="scroll" id="scroll" tabindex="0" role="rowgroup" aria-label="${e(s.files)}"><div class="space" id="space" role="presentation"></div></div>
    </div>
    <p class="empty" id="empty" hidden></p>
  </main>
  <footer>
    <div class="bar" id="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label="${e(s.title)}" hidden><div id="barFill"></div></div>
    <p id="totals" role="status"></p>
    <span class="grow"></span>
    ${button('previous', s.previous, 'secondary')}${button('next', s.next, 'secondary')}${button('compare', s.compare, 'secondary')}${button('sourceControl', s.sourceControl, 'secondary')}${button('retry', s.retry, 'secondary')}
    ${button('showLog', s.showLog, 'secondary')}${button('openRecipe', s.openRecipe, 'secondary')}${button('newPlan', s.newPlan, 'secondary')}${button('cancel', s.cancel, 'secondary')}${button('pause', s.pause)}${button('start', s.start)}
  </footer>
  <p class="spoken" id="announcements" role="status"></p>`;
}
