import { type Phrase, phrase } from './phrase';

/** A kind of files that hold pictures, but none that can be upscaled as what it is. */
export type OtherPicture = {
  readonly name: Phrase;
  /** What to do instead. */
  readonly hint: Phrase;
  /** Of its files' names, lower case, without the dot. */
  readonly extensions: readonly string[];
};

const TO_PNG = phrase`Convert it to PNG first.`;
const TONE_MAP = phrase`Tone-map it and export a PNG, TIFF or JPEG.`;
const EXPORT_LAYERS = phrase`Export the picture, or the layers you need, as PNG.`;
const LARGEST_ICON = phrase`Extract the largest picture as PNG.`;

/** Such kinds. What a file really is, only its first bytes tell. */
export const OTHER_PICTURES = {
  raw: {
    name: phrase`a camera's raw file`,
    hint: phrase`Develop it in a raw converter and export a 16-bit TIFF or PNG.`,
    extensions: [
      ...[
        '3fr',
        'arw',
        'cr2',
        'cr3',
        'crw',
        'dcr',
        'dng',
        'erf',
        'iiq',
        'k25',
        'kdc',
        'mef',
        'mos',
      ],
      ...[
        'mrw',
        'nef',
        'nrw',
        'orf',
        'pef',
        'raf',
        'raw',
        'rw2',
        'rwl',
        'sr2',
        'srf',
        'srw',
        'x3f',
      ],
    ],
  },
  photoshop: {
    name: phrase`a Photoshop document`,
    hint: EXPORT_LAYERS,
    extensions: ['psd', 'psb'],
  },
  gimp: { name: phrase`a GIMP document`, hint: EXPORT_LAYERS, extensions: ['xcf'] },
  painting: {
    name: phrase`a document of a painting program`,
    hint: EXPORT_LAYERS,
    extensions: ['afdesign', 'afphoto', 'aseprite', 'kra', 'ora', 'pdn', 'pspimage'],
  },
  exr: {
    name: phrase`an OpenEXR picture with high dynamic range`,
    hint: TONE_MAP,
    extensions: ['exr'],
  },
  radiance: {
    name: phrase`a Radiance picture with high dynamic range`,
    hint: TONE_MAP,
    extensions: ['hdr'],
  },
  floatMap: {
    name: phrase`a floating-point picture (PFM) with high dynamic range`,
    hint: TONE_MAP,
    extensions: ['pfm'],
  },
  heic: {
    name: phrase`HEIC`,
    hint: phrase`Convert it to JPEG, PNG or AVIF first; its codec is patented and not included.`,
    extensions: ['heic', 'heif', 'hif'],
  },
  jpegXl: { name: phrase`JPEG XL`, hint: TO_PNG, extensions: ['jxl'] },
  jpeg2000: {
    name: phrase`JPEG 2000`,
    hint: TO_PNG,
    extensions: ['j2c', 'j2k', 'jp2', 'jpc', 'jpf', 'jph', 'jpx'],
  },
  bmp: {
    name: phrase`a BMP picture`,
    hint: phrase`Convert it to PNG first, which loses nothing.`,
    extensions: ['bmp', 'dib'],
  },
  icon: {
    name: phrase`an icon file with several sizes`,
    hint: LARGEST_ICON,
    extensions: ['ico'],
  },
  cursor: { name: phrase`a mouse cursor`, hint: LARGEST_ICON, extensions: ['ani', 'cur'] },
  macIcon: { name: phrase`an icon file of macOS`, hint: LARGEST_ICON, extensions: ['icns'] },
  netpbm: {
    name: phrase`a Netpbm picture`,
    hint: TO_PNG,
    extensions: ['pam', 'pbm', 'pgm', 'pnm', 'ppm'],
  },
  dds: { name: phrase`a DirectDraw texture (DDS)`, hint: TO_PNG, extensions: ['dds'] },
  ktx: { name: phrase`a Khronos texture (KTX)`, hint: TO_PNG, extensions: ['ktx', 'ktx2'] },
  texture: {
    name: phrase`a texture as graphics cards keep it`,
    hint: TO_PNG,
    extensions: ['astc', 'pvr', 'vtf'],
  },
  qoi: { name: phrase`a QOI picture`, hint: TO_PNG, extensions: ['qoi'] },
  pcx: { name: phrase`a PCX picture`, hint: TO_PNG, extensions: ['pcx'] },
  targa: { name: phrase`a Targa picture`, hint: TO_PNG, extensions: ['tga'] },
  rare: {
    name: phrase`a picture in a rare format`,
    hint: TO_PNG,
    extensions: ['bpg', 'dpx', 'flif', 'jng', 'jxr', 'mng', 'wdp', 'xbm', 'xpm'],
  },
  metafile: {
    name: phrase`a Windows metafile`,
    hint: phrase`Export it as SVG or PNG.`,
    extensions: ['emf', 'wmf'],
  },
  postScript: {
    name: phrase`a PostScript document`,
    hint: phrase`Export the page as SVG or PNG.`,
    extensions: ['eps'],
  },
  packedSvg: {
    name: phrase`a compressed SVG`,
    hint: phrase`Unpack it (gzip) and upscale the SVG.`,
    extensions: ['svgz'],
  },
} as const satisfies Readonly<Record<string, OtherPicture>>;

export type OtherPictureKind = keyof typeof OTHER_PICTURES;

const BY_EXTENSION: ReadonlyMap<string, OtherPicture> = new Map(
  Object.values(OTHER_PICTURES).flatMap((kind) =>
    kind.extensions.map((extension) => [extension, kind] as const),
  ),
);

/** The kind that a file's name tells, if any. */
export const otherPictureNamed = (fileName: string): OtherPicture | undefined =>
  BY_EXTENSION.get(/\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '');
