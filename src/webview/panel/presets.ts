import { guidanceForBranches, type Branch, type Guidance } from '../../shared/guidance';
import { sameGuidance } from './panelState';
import type { PanelView } from './panelView';

export const PRESETS = ['faithful', 'balanced', 'full', 'vivid', 'auto'] as const;
export type Preset = (typeof PRESETS)[number];

/** What each asks for; `auto` asks for what was chosen for the picture. */
const FIXED: Readonly<Record<Exclude<Preset, 'auto'>, Guidance>> = {
  faithful: { pixel: 1, semantic: 0 },
  balanced: { pixel: 1, semantic: 0.5 },
  full: { pixel: 1, semantic: 1 },
  vivid: { pixel: 1, semantic: 1.3 },
};

/** The dials that a preset sets; undefined for Auto before the picture has been looked at. */
export function presetGuidance(preset: Preset, { run, branches }: PanelView): Guidance | undefined {
  if (preset !== 'auto') return FIXED[preset];
  return run.preview && guidanceForBranches(run.preview.auto, branches);
}

/** Whether a model with these dials can do what a preset says. */
export function isUsable(
  preset: Preset,
  guidance: Guidance | undefined,
  branches: readonly Branch[],
): guidance is Guidance {
  if (!guidance || branches.length === 0) return false;
  if (preset === 'auto') return true;
  // Without the pixel dial, what a preset says is what it does with the other: none of it at all
  // is the plain enlargement.
  return guidance.semantic === 0 || branches.includes('semantic');
}

/** The preset that the dials stand at. */
export function chosenPreset({ state, guidance, branches }: PanelView): Preset | undefined {
  if (state.auto) return 'auto';
  const fixed = Object.entries(FIXED) as [Exclude<Preset, 'auto'>, Guidance][];
  return fixed.find(([preset, asked]) => {
    const followed = guidanceForBranches(asked, branches);
    return isUsable(preset, asked, branches) && sameGuidance(followed, guidance);
  })?.[0];
}
