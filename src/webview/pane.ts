import type { Rect, Size } from '../shared/geometry';
import type { ComparePane } from '../shared/webviewProtocol';
import { find } from './find';

/** One side: the picture, its label, and what is said when it cannot be shown. */
export class Pane {
  private readonly image: HTMLImageElement;
  private readonly problem: HTMLElement;
  private readonly label: HTMLElement;
  private readonly facts: HTMLElement;
  private content: ComparePane | undefined;

  constructor(
    readonly element: HTMLElement,
    private readonly onChange: () => void,
  ) {
    this.image = find(element, 'img', HTMLImageElement);
    this.problem = find(element, '.problem', HTMLElement);
    this.label = find(element, '.tag b', HTMLElement);
    this.facts = find(element, '.tag span', HTMLElement);
    this.image.addEventListener('load', () => this.settle(true));
    this.image.addEventListener('error', () => this.settle(false));
  }

  /** The picture's pixels: of the picture itself, else as the extension told. */
  get size(): Size | undefined {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    return !this.image.hidden && width > 0 && height > 0 ? { width, height } : this.content?.size;
  }

  show(content: ComparePane): void {
    this.content = content;
    this.label.textContent = content.label;
    this.image.alt = content.alternative;
    if (content.source === undefined) {
      this.image.removeAttribute('src');
      this.settle(false);
    } else if (this.image.getAttribute('src') !== content.source) {
      this.image.src = content.source;
    }
    this.describe();
  }

  place(rect: Rect, pixelated: boolean): void {
    const { style } = this.image;
    style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    style.width = `${rect.width}px`;
    style.height = `${rect.height}px`;
    this.image.classList.toggle('pixelated', pixelated);
  }

  private settle(loaded: boolean): void {
    this.image.hidden = !loaded;
    this.problem.hidden = loaded;
    this.problem.textContent = loaded ? '' : (this.content?.problem ?? '');
    this.describe();
    this.onChange();
  }

  private describe(): void {
    const size = this.size;
    this.facts.textContent = [...(size ? [`${size.width}×${size.height}`] : []), ...(this.content?.facts ? [this.content.facts] : [])].join(' · ');
  }
}
