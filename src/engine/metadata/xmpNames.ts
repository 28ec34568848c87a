import { namesPlace } from './placeNames';
import { saysPlace } from './saidPlace';

/** Namespaces of XMP, by what this program knows of them. */
export const NS = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  xmlns: 'http://www.w3.org/2000/xmlns/',
  xml: 'http://www.w3.org/XML/1998/namespace',
  meta: 'adobe:ns:meta/',
  dc: 'http://purl.org/dc/elements/1.1/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  xmpNote: 'http://ns.adobe.com/xmp/note/',
  panorama: 'http://ns.google.com/photos/1.0/panorama/',
  pages: 'http://ns.adobe.com/xap/1.0/t/pg/',
  cameraRaw: 'http://ns.adobe.com/camera-raw-settings/1.0/',
  iptcExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
} as const;

/** Namespaces that say nothing but where something is. */
const PLACES: readonly RegExp[] = [
  /^https?:\/\/www\.w3\.org\/2003\/01\/geo\//,
  /^https?:\/\/www\.georss\.org\//,
  /^https?:\/\/www\.opengis\.net\//,
  /^https?:\/\/schemas?\.google\.com\/geo/,
];

/** Names that end like a place, but are pixels of the picture. */
const NO_PLACE_NAME = /^(?:SubjectLocation|SubjectArea)$/;

/** Whether a property says where something is, by its namespace or its name; its value may tell that it does not. */
export const isPlace = (uri: string, local: string, value?: string): boolean =>
  PLACES.some((place) => place.test(uri)) ||
  (!NO_PLACE_NAME.test(local) && namesPlace(local, value)) ||
  [uri, local].some((name) => /\d.*\d/.test(name) && saysPlace(name.replaceAll('_', ' ')));

/** Pictures, videos and depths beside the picture in the file, which are not in the result. */
const PARTS: readonly RegExp[] = [
  /^http:\/\/ns\.google\.com\/photos\/(?!1\.0\/panorama\/)/,
  /^http:\/\/ns\.adobe\.com\/hdr-gain-map\//,
  /^http:\/\/ns\.adobe\.com\/hdr-metadata\//,
  /^http:\/\/ns\.apple\.com\/(?:HDRGainMap|pixeldatainfo|ImageIO|depth)/i,
  /^http:\/\/ns\.(?:xiaomi|oplus|oppo|vivo|samsung|huawei|honor)\.com\/photos\//,
];
const PART_NAME = /^(?:MicroVideo|MotionPhoto|GainMap|HDRGainMap|DepthMap|HasExtendedXMP)/;

/** Where the Content Credentials of the file as it was are kept. (C2PA 2.1, 11.4.) */
const isCredentials = (uri: string, local: string): boolean =>
  uri === 'http://purl.org/dc/terms/' && local === 'provenance';

/** Whether a property speaks of another part of the file as it was. */
export const isOtherPart = (uri: string, local: string): boolean =>
  isCredentials(uri, local) || PARTS.some((part) => part.test(uri)) || PART_NAME.test(local);

/** The file's own structure, which the result's header says better. */
const STRUCTURE = new Set([
  'BitsPerSample',
  'Compression',
  'PhotometricInterpretation',
  'SamplesPerPixel',
  'PlanarConfiguration',
  'YCbCrSubSampling',
  'YCbCrPositioning',
  'XResolution',
  'YResolution',
  'ResolutionUnit',
  'NativeDigest',
]);

/** Whether a property says how the source's file was laid out, or repeats its thumbnail. */
export const isStructure = (uri: string, local: string): boolean =>
  (uri === NS.tiff && STRUCTURE.has(local)) ||
  // The result's profile says it, or its values are sRGB by now.
  (uri === NS.photoshop && ['ColorMode', 'ICCProfile'].includes(local)) ||
  (uri === NS.exif &&
    ['NativeDigest', 'MakerNote', 'ComponentsConfiguration', 'CompressedBitsPerPixel'].includes(
      local,
    )) ||
  (uri === NS.xmp && local === 'Thumbnails');

/** Properties in pixels of the source, or whose axes turn with it, that nobody can make true. */
const PIXELS: { readonly [uri: string]: RegExp } = {
  [NS.exif]: /^(?:SubjectArea|SubjectLocation|FocalPlane[XY]Resolution|FocalPlaneResolutionUnit)$/,
  // A camera's calibration, of drones and of what measures their pictures.
  'http://www.dji.com/drone-dji/1.0/':
    /^(?:CalibratedOpticalCenter[XY]|CalibratedFocalLength|DewarpData)$/,
  'http://pix4d.com/camera/1.0':
    /^(?:PrincipalPoint|PerspectiveFocalLength(?:Units)?|FisheyeAffine(?:Matrix|Symmetric))$/,
  // Where the sky lies in a picture.
  'http://www.communicatingastronomy.org/avm/1.0':
    /^Spatial\.(?:ReferenceDimension|ReferencePixel|Scale|CDMatrix)$/,
  // What was cut away before.
  'http://ns.adobe.com/camera-raw-settings/1.0': /^Crop(?:Width|Height|Units?)$/,
  'http://ns.apple.com/adjustment-settings/1.0': /^Crop[XYWH]$/,
};
const PIXELS_BY_URI = new Map(Object.entries(PIXELS).map(([uri, names]) => [bare(uri), names]));

/** Programs do not agree on what ends the name of a namespace. */
function bare(uri: string): string {
  return uri.replace(/[/#]+$/, '');
}

export const isInPixels = (uri: string, local: string): boolean =>
  PIXELS_BY_URI.get(bare(uri))?.test(local) ?? false;

/** What says that a picture is a panorama, and of which kind; how it was made stays true of its parts. */
export const isPanorama = (uri: string, local: string): boolean =>
  uri === NS.panorama &&
  !/^(?:CaptureSoftware|StitchingSoftware|FirstPhotoDate|LastPhotoDate|SourcePhotosCount|ExposureLockUsed)$/.test(
    local,
  );

const REGION_LISTS =
  /^http:\/\/(?:www\.metadataworkinggroup\.com\/schemas|ns\.acdsee\.com)\/regions\//;
const DIMENSIONS = /^http:\/\/ns\.(?:adobe\.com\/xap\/1\.0|acdsee\.com)\/sType\/Dimensions#/;
const AREAS = /^http:\/\/ns\.(?:adobe\.com\/xmp|acdsee\.com)\/sType\/Area#/;

/** Width and height (`w`, `h`) of what a structure speaks of, and their `unit`. */
export const isDimension = (uri: string): boolean => DIMENSIONS.test(uri);

/** What says the size of a picture that regions lie in. */
export const isAppliedSize = (uri: string, local: string): boolean =>
  REGION_LISTS.test(uri) && local === 'AppliedToDimensions';

/** What says in which unit a region's boundaries are. */
export const isRegionUnit = (uri: string, local: string): boolean =>
  (AREAS.test(uri) && local === 'unit') || (uri === NS.iptcExt && local === 'rbUnit');

/** Regions of the picture in shares of its sides: true as long as it is neither turned nor cut. */
export const isRegion = (uri: string, local: string): boolean =>
  (REGION_LISTS.test(uri) && local === 'Regions') ||
  (uri === NS.iptcExt && local === 'ImageRegion') ||
  (/^http:\/\/ns\.microsoft\.com\/photo\/1\.2\//.test(uri) && local === 'RegionInfo');

export const MIME_OF_FORMAT = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  gif: 'image/gif',
} as const;
