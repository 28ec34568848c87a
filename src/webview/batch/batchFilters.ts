import { find } from '../find';
import { SHOWN, typeOf, type BatchFilter, type Shown } from './batchModel';

/** The fields that say which rows are shown. */
export class BatchFilters {
  private readonly text = find(document, '#filter', HTMLInputElement);
  private readonly minimum = find(document, '#minimum', HTMLInputElement);
  private readonly type = find(document, '#type', HTMLSelectElement);
  private readonly shown = find(document, '#show', HTMLSelectElement);

  constructor(filter: BatchFilter, onChange: (filter: BatchFilter) => void) {
    this.text.value = filter.text;
    this.minimum.value = String(filter.minimum);
    this.shown.value = filter.shown;
    for (const input of [this.text, this.minimum, this.type, this.shown])
      input.addEventListener('input', () => onChange(this.read()));
  }

  /** Offers the types of these paths. */
  offer(inputs: readonly string[], chosen: string): void {
    const types = [...new Set(inputs.map(typeOf))].sort();
    const all = this.type.options.item(0);
    this.type.replaceChildren(
      ...(all ? [all] : []),
      ...types.map((type) => new Option(type.toUpperCase(), type)),
    );
    this.type.value = types.includes(chosen) ? chosen : '';
  }

  setShown(shown: Shown): void {
    this.shown.value = shown;
  }

  private read(): BatchFilter {
    return {
      text: this.text.value,
      type: this.type.value,
      shown: SHOWN.find((one) => one === this.shown.value) ?? 'all',
      minimum: Math.max(0, Number(this.minimum.value) || 0),
    };
  }
}
