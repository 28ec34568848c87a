import { phrase, type Words } from '../../../shared/phrase';
import { fewOf } from '../../metadata/remarks';
import { svgText, type SvgText } from '../svg';
import { dataText, dataType } from './dataAddress';
import { judgeElements } from './elements';
import { Findings } from './findings';

/** Drawings within drawings that are followed. */
const MOST_NESTED = 4;
const SVG = 'image/svg+xml';

/** Tells of each picture of a drawing, by its `data:` address, whether its drawer can read it. */
export type ReadsImages = (addresses: readonly string[]) => Promise<readonly boolean[]>;

/**
 * What a drawing has that its drawer passes over without a word: other files, HTML, movement,
 * scripts, fonts, pictures that it can't read, and all that it does not know.
 */
export async function undrawn(svg: SvgText, reads: ReadsImages): Promise<readonly Words[]> {
  const findings = new Findings();
  judgeElements(svg, findings);
  const images = [...findings.images];
  judgeInner(images, findings, MOST_NESTED);
  const areRead = images.length > 0 ? await reads(images) : [];
  const unread = new Set(
    images.filter((_, index) => areRead[index] !== true).map((each) => dataType(each) || 'data:'),
  );
  return [
    ...(findings.files.size > 0
      ? [
          phrase`The drawing refers to other files, which were not drawn: ${fewOf([...findings.files])}.`,
        ]
      : []),
    ...(unread.size > 0
      ? [
          phrase`The drawing has pictures in it that can't be read here and were not drawn: ${fewOf([...unread])}.`,
        ]
      : []),
    ...(findings.hasHtml ? [phrase`The drawing has parts in HTML, which were not drawn.`] : []),
    ...(findings.hasScript
      ? [phrase`The drawing has a script, which was not run; what it draws is not there.`]
      : []),
    ...(findings.isAnimated ? [phrase`The drawing is animated; it was drawn as it begins.`] : []),
    ...(findings.hasFonts
      ? [phrase`The drawing brings fonts of its own; its texts were drawn in others.`]
      : []),
    ...(findings.unknown.size > 0
      ? [
          phrase`The drawing may look different in a browser, since this was passed over: ${fewOf([...findings.unknown])}.`,
        ]
      : []),
  ];
}

/** Judges the drawings that stand in a drawing as pictures. */
function judgeInner(images: readonly string[], findings: Findings, nested: number): void {
  for (const address of images) {
    const inner = dataType(address) === SVG ? svgText(dataText(address) ?? '') : undefined;
    if (!inner) continue;
    if (nested === 0) {
      findings.tell(SVG);
      continue;
    }
    const its = new Findings();
    judgeElements(inner, its);
    findings.add(its);
    judgeInner([...its.images], findings, nested - 1);
  }
}
