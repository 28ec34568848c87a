import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PanelPage } from './panelHarness';
import { THEMES, type ThemeName } from './panelThemes';

const SCRIPT = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules whose answer depends on colors, among those that are on. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
};

/** Loads axe into a page, once. */
export async function loadAxe({ page }: PanelPage): Promise<void> {
  await page.evaluate(SCRIPT);
}

/**
 * What axe finds in any theme that keeps somebody from using the page, in words. A theme changes
 * colours alone, so that all rules are asked in the first one, and those of colours in each.
 */
export async function violationsInThemes(panel: PanelPage): Promise<readonly string[]> {
  const all: string[] = [];
  for (const [place, theme] of (Object.keys(THEMES) as ThemeName[]).entries()) {
    await panel.wear(theme);
    const options = {
      resultTypes: ['violations'],
      ...(place === 0 ? {} : { runOnly: { type: 'rule', values: OF_COLOURS } }),
    };
    const { violations } = await panel.page.evaluate<{ violations: readonly Violation[] }>(
      `axe.run(document, ${JSON.stringify(options)})`,
    );
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        for (const { target, failureSummary } of nodes)
          all.push(`${theme}: ${id}: ${target.join(' ')} ${failureSummary}`);
  }
  return all;
}
