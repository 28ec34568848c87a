const LONGEST_NAME = 60;

/** What was found in a drawing that its drawer passes over without a word. */
export class Findings {
  /** Addresses of other files. */
  readonly files = new Set<string>();
  /** Names of what the drawer does not know: elements, rules, selectors, properties, values. */
  readonly unknown = new Set<string>();
  /** Pictures that stand in the drawing itself (`data:`); whether they are drawn is to be asked. */
  readonly images = new Set<string>();
  hasHtml = false;
  isAnimated = false;
  hasScript = false;
  hasFonts = false;

  /** An address that is not of the drawing itself. */
  refer(address: string): void {
    const name = address.trim();
    if (name !== '' && !/^(?:#|data:)/i.test(name)) this.files.add(name.slice(-LONGEST_NAME));
  }

  /** What the drawer does not know, by its name as it stands there. */
  tell(name: string): void {
    this.unknown.add(name.replace(/\s+/g, ' ').trim().slice(0, LONGEST_NAME));
  }

  /** What was found in a part of the drawing; its pictures are not among it. */
  add(part: Findings): void {
    for (const file of part.files) this.files.add(file);
    for (const name of part.unknown) this.unknown.add(name);
    this.hasHtml ||= part.hasHtml;
    this.isAnimated ||= part.isAnimated;
    this.hasScript ||= part.hasScript;
    this.hasFonts ||= part.hasFonts;
  }
}
