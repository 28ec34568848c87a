import type { BatchRow, BatchStanding, BatchStrings } from '../../shared/batchProtocol';
import { find } from '../find';
import type { RowStates } from './batchModel';
import { fill, stateText } from './batchText';

/** In pixels; the style sheet has the same. */
const ROW_HEIGHT = 44;
/** Rows beyond the visible ones, so that scrolling finds them there. */
const SPARE = 8;

export type RowListState = {
  readonly rows: readonly BatchRow[];
  readonly ticked: ReadonlySet<string>;
  readonly states: RowStates;
  readonly standing: BatchStanding | undefined;
  readonly canTick: boolean;
};

/** The table's rows. Only those that can be seen exist, so that thousands stay fluid. */
export class RowList {
  private readonly scroll = find(document, '#scroll', HTMLElement);
  private readonly space = find(document, '#space', HTMLElement);
  private readonly table = find(document, '#table', HTMLElement);
  private state: RowListState = {
    rows: [],
    ticked: new Set(),
    states: {},
    standing: undefined,
    canTick: false,
  };
  private readonly elements = new Map<string, HTMLElement>();
  private drawn = '';
  private frame = 0;

  constructor(
    private readonly strings: BatchStrings,
    private readonly actions: {
      readonly tick: (id: string, on: boolean) => void;
      readonly skip: (id: string) => void;
      readonly compare: (id: string) => void;
    },
  ) {
    this.scroll.addEventListener('scroll', () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(this.scroll);
    this.space.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.actions.tick(idOf(target), target.checked);
    });
    this.space.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button?.classList.contains('skip')) this.actions.skip(idOf(button));
      else if (button?.classList.contains('open')) this.actions.compare(idOf(button));
    });
  }

  show(state: RowListState): void {
    this.state = state;
    this.table.setAttribute('aria-rowcount', String(state.rows.length + 1));
    this.space.style.height = `${state.rows.length * ROW_HEIGHT}px`;
    this.drawn = '';
    this.later();
  }

  private later(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { rows } = this.state;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW_HEIGHT) - SPARE);
    const last = Math.min(
      rows.length,
      Math.ceil((this.scroll.scrollTop + this.scroll.clientHeight) / ROW_HEIGHT) + SPARE,
    );
    const key = `${first}-${last}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const wanted = new Set<string>();
    for (let index = first; index < last; index++) {
      const row = rows[index];
      if (!row) continue;
      wanted.add(row.id);
      let element = this.elements.get(row.id);
      if (!element) {
        element = this.make(row);
        this.elements.set(row.id, element);
        this.space.append(element);
      }
      element.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      element.setAttribute('aria-rowindex', String(index + 2));
      this.update(element, row);
    }
    for (const [id, element] of this.elements) {
      if (wanted.has(id)) continue;
      element.remove();
      this.elements.delete(id);
    }
  }

  private make({ id, input, output, size, outputSize, frames, picture }: BatchRow): HTMLElement {
    const row = element('div', 'row', { role: 'row' });
    row.dataset.id = id;
    const tick = element('span', 'tick', { role: 'cell' });
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('aria-label', fill(this.strings.tick, input));
    tick.append(box);
    const file = element('span', 'file', { role: 'cell' });
    if (picture !== '') {
      const image = document.createElement('img');
      image.loading = 'lazy';
      image.decoding = 'async';
      image.alt = '';
      image.width = 36;
      image.height = 36;
      image.src = picture;
      image.addEventListener('error', () => image.classList.add('broken'));
      file.append(image);
    }
    const slash = input.lastIndexOf('/') + 1;
    const name = element('span', 'name');
    name.title = input;
    name.append(
      element('span', 'folder', {}, input.slice(0, slash)),
      element('span', 'base', {}, input.slice(slash)),
    );
    file.append(name);
    const sizes =
      size && outputSize
        ? `${size.width}×${size.height} → ` +
          `${outputSize.width}×${outputSize.height}${frames > 1 ? ' · ' + fill(this.strings.frames, frames) : ''}`
        : outputSize
          ? `→ ${outputSize.width}×${outputSize.height}`
          : '';
    const result = element('span', 'output', { role: 'cell' }, output);
    result.title = output;
    row.append(
      tick,
      file,
      element('span', 'size', { role: 'cell' }, sizes),
      result,
      element('span', 'state', { role: 'cell' }),
    );
    return row;
  }

  private update(element_: HTMLElement, row: BatchRow): void {
    const { ticked, states, standing, canTick } = this.state;
    const box = find(element_, 'input', HTMLInputElement);
    box.checked = ticked.has(row.id);
    box.disabled = !canTick || row.status !== 'todo';
    const state = states[row.id];
    const { text, detail, kind } = stateText(row, state, box.checked, this.strings);
    const running = standing?.current.find(({ id }) => id === row.id);
    const cell = find(element_, '.state', HTMLElement);
    const label = element(
      'span',
      `label ${kind}`,
      {},
      running && running.tiles > 1
        ? fill(
            this.strings.tile,
            Math.min(running.tiles, Math.floor(running.tile) + 1),
            running.tiles,
          )
        : text,
    );
    const more = element('span', 'detail', {}, detail);
    more.title = detail;
    const name = row.input.slice(row.input.lastIndexOf('/') + 1);
    const buttons =
      !standing?.other && (state?.state === 'running' || state?.state === 'waiting')
        ? [button('skip', fill(this.strings.skip, name), '×')]
        : state?.state === 'done' || row.status === 'done'
          ? [button('open', `${this.strings.compare}: ${name}`, '⇄')]
          : [];
    cell.replaceChildren(label, more, ...buttons);
    element_.dataset.state = kind;
  }
}

const idOf = (inside: Element): string => inside.closest<HTMLElement>('.row')?.dataset.id ?? '';

function element(
  tag: 'div' | 'span',
  className: string,
  attributes: { readonly [name: string]: string } = {},
  text = '',
): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function button(className: string, label: string, text: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = className;
  made.textContent = text;
  made.title = label;
  made.setAttribute('aria-label', label);
  return made;
}
