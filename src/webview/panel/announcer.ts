/** Says things to screen readers that are seen elsewhere. */
export class Announcer {
  say(text: string): void {
    const element = document.querySelector('#announcements');
    // The same words once more are said once more.
    if (element) element.textContent = element.textContent === text ? `${text} ` : text;
  }
}
