import { addressesIn, atCommas, statements, withoutStrings } from './css';
import { dataText } from './dataAddress';
import type { Findings } from './findings';
import {
  COLOUR_FUNCTIONS,
  COLOURS,
  DRAWN,
  FREE_NAMES,
  FUNCTIONS,
  FUNCTIONS_OF,
  NEVER,
  NO_ATTRIBUTE,
  PSEUDO_CLASSES,
  SILENT_RULES,
  SYSTEM_COLOURS,
  UNDRAWN,
  UNDRAWN_ATTRIBUTES,
  UNITS,
} from './knownStyles';

const MOST_NESTED = 8;
const PSEUDO = /::?([\w-]+)/g;
const FUNCTION = /([\w-]+)\(/g;
const NUMBER = /(?<![\w#.%-])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!e[-+]?\d)([a-z]+)/gi;
/** A colour made of another one. */
const RELATIVE = /\b(?:rgb|hsl|hwb)a?\(\s*from\b/i;

/** Judges the styles of one drawing; what its drawer passes over goes to the findings. */
export class Styles {
  private readonly variables = new Set<string>();
  private readonly uses: { readonly name: string; readonly hasFallback: boolean }[] = [];

  constructor(private readonly findings: Findings) {}

  /** A style sheet. */
  sheet(css: string, nested = 0): void {
    for (const { head, block } of statements(css.replace(/<!--|-->/g, ' '))) {
      const rule = /^@(?:-[a-z]+-)?([\w-]+)/i.exec(head)?.[1]?.toLowerCase();
      if (rule !== undefined) this.atRule(rule, head, block ?? '', nested);
      else if (block !== undefined && block.trim() !== '' && this.selects(head))
        this.declarations(block);
    }
  }

  /** The declarations of a rule, or of an attribute `style`. */
  declarations(css: string): void {
    for (const { head, block } of statements(css)) {
      const [, name = '', value = ''] = /^([\w-]+)\s*:([\s\S]*)$/.exec(head) ?? [];
      if (name.startsWith('--')) this.variables.add(name);
      else if (block === undefined) this.property(name, value);
      else if (this.selects(head)) this.findings.tell(`${head} {…}`);
    }
  }

  /** An attribute; those that are no properties are passed over. */
  attribute(name: string, value: string): void {
    if (UNDRAWN_ATTRIBUTES.has(name) || (DRAWN.has(name) && !NO_ATTRIBUTE.has(name)))
      this.property(name, value);
  }

  /** A style sheet by its address, which is drawn where it stands in the address itself. */
  sheetAt(address: string, nested = 0): void {
    const css = dataText(address);
    if (css === undefined) this.findings.refer(address);
    else if (nested < MOST_NESTED) this.sheet(css, nested + 1);
    else this.findings.tell('@import');
  }

  /** When all is read: variables that decide, since only what is to stand in for them is drawn. */
  finish(): void {
    for (const { name, hasFallback } of this.uses)
      if (!hasFallback || this.variables.has(name)) this.findings.tell('var()');
  }

  private atRule(rule: string, head: string, block: string, nested: number): void {
    if (rule === 'import') {
      const address = addressesIn(head)[0] ?? /["']([^"']*)/.exec(head)?.[1] ?? '';
      this.sheetAt(address, nested);
    } else if (rule === 'font-face') {
      const files = addressesIn(block).filter((address) => !/^data:/i.test(address));
      for (const file of files) this.findings.refer(file);
      this.findings.hasFonts ||= files.length === 0;
    } else if (rule === 'keyframes') this.findings.isAnimated = true;
    else if (rule === 'media' && /^@media\s+print$/i.test(head)) return;
    else if (!SILENT_RULES.has(rule) && block.trim() !== '') this.findings.tell(`@${rule}`);
  }

  /** Whether a rule may match something. One selector that is not known makes it void. */
  private selects(head: string): boolean {
    const plain = withoutStrings(head).replace(/\[[^\]]*\]/g, '');
    const pseudos = atCommas(plain).map((selector) =>
      [...selector.matchAll(PSEUDO)].map(([, name = '']) => name.toLowerCase()),
    );
    const isNever = (names: readonly string[]): boolean => names.some((name) => NEVER.has(name));
    if (pseudos.every(isNever)) return false;
    for (const name of pseudos.flat())
      if (!PSEUDO_CLASSES.has(name)) this.findings.tell(`:${name}`);
    const prefix = /([\w-]+)\|/.exec(plain)?.[1];
    if (prefix !== undefined) this.findings.tell(`${prefix}|`);
    if (/:nth-[\w-]+\([^)]*\bof\b/i.test(plain)) this.findings.tell(':nth-child(of)');
    return true;
  }

  private property(written: string, text: string): void {
    const name = written.toLowerCase().replace(/^-webkit-/, '');
    const value = text.replace(/!\s*important\s*$/i, '').trim();
    const initial = UNDRAWN[name];
    if (!initial && !DRAWN.has(name)) return;
    for (const address of addressesIn(value)) this.findings.refer(address);
    if (initial) {
      const isInitial = value.split(/\s+/).every((part) => initial.has(part.toLowerCase()));
      if (!isInitial && !initial.has('*') && value !== '') this.findings.tell(name);
    } else this.value(name, withoutStrings(value).replace(/url\([^)]*\)/gi, ''));
  }

  private value(name: string, value: string): void {
    for (const [, written = ''] of value.matchAll(FUNCTION)) {
      const called = written.toLowerCase();
      if (called === 'var') continue;
      const isKnown =
        FUNCTIONS.has(called) ||
        (COLOURS.has(name) && COLOUR_FUNCTIONS.has(called)) ||
        FUNCTIONS_OF[name]?.has(written) === true;
      if (!isKnown) this.findings.tell(`${written}()`);
    }
    for (const [, variable = '', next] of value.matchAll(/var\(\s*([\w-]+)\s*(,)?/gi))
      this.uses.push({ name: variable, hasFallback: next !== undefined });
    if (FREE_NAMES.has(name)) return;
    if (RELATIVE.test(value)) this.findings.tell('from');
    for (const [, unit = ''] of value.matchAll(NUMBER))
      if (!UNITS.has(unit.toLowerCase())) this.findings.tell(unit);
    if (COLOURS.has(name) && SYSTEM_COLOURS.has(value.toLowerCase())) this.findings.tell(value);
  }
}
