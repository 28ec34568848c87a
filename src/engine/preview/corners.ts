import type { Branch, Guidance } from '../../shared/guidance';

/** Where the layers I00, I10 and I11 lie. */
const CORNERS: readonly Guidance[] = [
  { pixel: 0, semantic: 0 },
  { pixel: 1, semantic: 0 },
  { pixel: 1, semantic: 1 },
];

/** The guidances of a preview's layers, in the order in which tiles hold them. */
export const cornersFor = (branches: readonly Branch[]): readonly Guidance[] =>
  branches.includes('semantic') ? CORNERS : CORNERS.slice(0, 2);
