import { find } from '../find';

/** Says things to screen readers that are seen elsewhere. */
export class Announcer {
  private readonly element = find(document, '#announcements', HTMLElement);

  say(text: string): void {
    // The same words once more are said once more.
    this.element.textContent = this.element.textContent === text ? `${text} ` : text;
  }
}
