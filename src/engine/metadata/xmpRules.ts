import { fewOf } from './remarks';
import type { XmpTarget } from './xmp';
import { saysPlace } from './saidPlace';
import { attributeSaysPlace, elementSaysPlace, isLiteral, isOfElement } from './xmpPlaces';
import { textOf, type XmlElement } from './xml';
import {
  isAppliedSize,
  isDimension,
  isInPixels,
  isOtherPart,
  isPanorama,
  isPlace,
  isRegion,
  isRegionUnit,
  isStructure,
  MIME_OF_FORMAT,
  NS,
} from './xmpNames';
import { type Words, phrase } from '../../shared/phrase';

/** Formats of pictures here, as programs name them. */
const NAMES_OF_FORMATS = /^image\/(?:x-)?(?:png|p?jpe?g|webp|avif|tiff?|gif)$/i;
/** EXIF's number for it. */
const SRGB = '1';

/** A property, whether it stands as an attribute or as an element. */
type Property = {
  readonly uri: string;
  readonly local: string;
  readonly value: string;
  /** The struct it is a field of. */
  readonly fields: XmlElement | undefined;
};

/** What becomes of a property: gone, another value, or (undefined) as it was. */
type Verdict = 'drop' | { readonly value: string } | undefined;

/**
 * Makes every property of a packet true of the result: sizes in pixels are the result's,
 * orientation is upright, and what speaks of other parts of the file, of pixels that nobody can
 * follow, or (if it is not wanted) of a place goes, wherever in the packet it stands. Tells what a
 * person may miss.
 */
export function revised(
  root: XmlElement,
  target: XmpTarget,
): { readonly notes: Words[]; readonly places: readonly string[] } {
  const dropped = new Set<string>();
  const places = new Set<string>();
  const isLeftOut = (local: string, saysPlace: () => boolean): boolean => {
    if (target.keepLocation || !saysPlace()) return false;
    places.add(local);
    return true;
  };
  /** Texts and attributes of a property were judged with it, and all that stands in a literal. */
  const visit = (element: XmlElement, isInside: boolean, isJudged: boolean): void => {
    element.attributes = element.attributes.filter((attribute) => {
      if (attribute.uri === NS.xmlns || isOfElement(attribute))
        return (
          (isInside && attribute.uri !== NS.xmlns) ||
          !isLeftOut(attribute.local, () => attributeSaysPlace(attribute))
        );
      const verdict = judge({ ...attribute, fields: undefined }, target, dropped);
      if (verdict === 'drop') return false;
      if (verdict) attribute.value = verdict.value;
      else return isJudged || !isLeftOut(attribute.local, () => attributeSaysPlace(attribute));
      return true;
    });
    element.children = element.children.filter((child) => {
      if (typeof child === 'string')
        return isInside || !isLeftOut(element.local, () => saysPlace(child));
      if (child.uri === NS.rdf) return true;
      const verdict = judge({ ...child, value: textOf(child), fields: child }, target, dropped);
      if (verdict === 'drop') return false;
      if (verdict) child.children = [verdict.value];
      else return isJudged || !isLeftOut(child.local, () => elementSaysPlace(child));
      return true;
    });
    for (const child of element.children)
      if (typeof child !== 'string')
        visit(child, isInside || child.uri !== NS.rdf, isJudged || isLiteral(child));
    if (isAppliedSize(element.uri, element.local) || isPageInPixels(element))
      setDimensions(element, target);
  };
  visit(root, false, false);
  return {
    places: [...places].sort(),
    notes:
      dropped.size === 0
        ? []
        : [
            phrase`Left out of the XMP, since it speaks of the file as it was: ${fewOf([...dropped].sort())}.`,
          ],
  };
}

function judge(property: Property, target: XmpTarget, dropped: Set<string>): Verdict {
  const { uri, local, value } = property;
  const drop = (): Verdict => {
    dropped.add(local);
    return 'drop';
  };
  // Of a struct, the fields decide, whose texts may be attributes.
  if (!target.keepLocation && isPlace(uri, local, value.trim() === '' ? undefined : value))
    return 'drop';
  if (isStructure(uri, local)) return 'drop';
  if (uri === NS.exif && local === 'ColorSpace' && value.trim() !== SRGB) return 'drop';
  if (isOtherPart(uri, local) || isInPixels(uri, local)) return drop();
  if (isRegion(uri, local))
    return target.isTurned || target.isPart || inPixels(property.fields) ? drop() : undefined;
  const { width, height } = target.size;
  const is = (namespace: string, ...names: readonly string[]): boolean =>
    uri === namespace && names.includes(local);
  // Where nothing else says one, the pixels were left as they are, and so is this.
  if (is(NS.tiff, 'Orientation')) return target.saysOrientation ? { value: '1' } : undefined;
  if (is(NS.tiff, 'ImageWidth') || is(NS.exif, 'PixelXDimension')) return { value: String(width) };
  if (is(NS.tiff, 'ImageLength') || is(NS.exif, 'PixelYDimension'))
    return { value: String(height) };
  if (is(NS.dc, 'format') && NAMES_OF_FORMATS.test(value.trim()))
    return { value: MIME_OF_FORMAT[target.format] };
  if (isPanorama(uri, local) && (target.isTurned || target.isPart)) return drop();
  if (uri === NS.panorama && isPixelName(local)) return panorama(local, value, target) ?? drop();
  return undefined;
}

const isPixelName = (local: string): boolean => /Pixels?$/.test(local) || /InitialCrop/.test(local);

/** Google's panorama sizes grow with the picture. */
function panorama(local: string, value: string, { size, sourceSize }: XmpTarget): Verdict {
  if (local === 'CroppedAreaImageWidthPixels') return { value: String(size.width) };
  if (local === 'CroppedAreaImageHeightPixels') return { value: String(size.height) };
  const pixels = Number(value);
  if (!Number.isFinite(pixels) || value.trim() === '') return undefined;
  const isAcross = /Width|Left|X/.test(local);
  const factor = isAcross ? size.width / sourceSize.width : size.height / sourceSize.height;
  return { value: String(Math.round(pixels * factor)) };
}

/** Whether a region's boundaries are in pixels, not in shares of the sides. */
function inPixels(element: XmlElement | undefined): boolean {
  if (!element) return false;
  const isUnit = ({ uri, local }: { uri: string; local: string }): boolean =>
    isRegionUnit(uri, local);
  if (
    element.attributes.some((attribute) => isUnit(attribute) && attribute.value.trim() === 'pixel')
  )
    return true;
  return element.children.some(
    (child) =>
      typeof child !== 'string' &&
      ((isUnit(child) && textOf(child).trim() === 'pixel') || inPixels(child)),
  );
}

/** Whether a document's largest page, which is the picture, is told in pixels. */
function isPageInPixels(element: XmlElement): boolean {
  if (element.uri !== NS.pages || element.local !== 'MaxPageSize') return false;
  const isSaid = (at: XmlElement): boolean =>
    at.attributes.some((each) => isUnit(each) && isPixels(each.value)) ||
    at.children.some(
      (child) =>
        typeof child !== 'string' && ((isUnit(child) && isPixels(textOf(child))) || isSaid(child)),
    );
  const isUnit = ({ uri, local }: { uri: string; local: string }): boolean =>
    isDimension(uri) && local === 'unit';
  const isPixels = (value: string): boolean => /^\s*pixels?\s*$/i.test(value);
  return isSaid(element);
}

/** The size that regions refer to, or that a page has, is the result's. */
function setDimensions(element: XmlElement, { size }: XmpTarget): void {
  const value = (local: string): string | undefined =>
    local === 'w' ? String(size.width) : local === 'h' ? String(size.height) : undefined;
  const visit = (at: XmlElement): void => {
    for (const attribute of at.attributes)
      if (isDimension(attribute.uri)) attribute.value = value(attribute.local) ?? attribute.value;
    for (const child of at.children) {
      if (typeof child === 'string') continue;
      const own = isDimension(child.uri) ? value(child.local) : undefined;
      if (own === undefined) visit(child);
      else child.children = [own];
    }
  };
  visit(element);
}
