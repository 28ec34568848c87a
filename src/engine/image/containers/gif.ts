import { NO_COLOUR } from './damageWords';
import type { ContainerFacts, Hidden, Remark } from './facts';
import { MOST_TEXT_BYTES, type FileView } from './fileView';
import { LzwPixels } from './lzwPixels';
import { phrase } from '../../../shared/phrase';

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const [COMMENT, APPLICATION, CONTROL] = [0xfe, 0xff, 0xf9];
const MS_PER_TICK = 10;
/** In a graphic control extension. */
const [CONTROL_FLAGS_AT, DELAY_AT, SEE_THROUGH_AT] = [3, 4, 6];
const [HAS_TRANSPARENCY, TO_BACKGROUND] = [1, 2];
const SCREEN_END = 13;
/** Sub-blocks of up to 255 bytes: a picture of the largest allowed size has fewer. */
const MOST_BLOCKS = 4_000_000;
/** XMP stands as it is, behind it what leads a reader of sub-blocks to the end. */
const XMP_TRAILER_BYTES = 258;
const BARE = phrase`A part of the picture is covered by none of the file's, which says nothing of transparency; its decoder leaves it black.`;
const NO_COLORS = phrase`a picture without any color table, so that nothing says its colors`;
const NO_END = phrase`The file has no end, as if it were cut off: pictures of the animation may be missing.`;

/** Walks through a GIF's blocks. (GIF89a, 15 to 27.) */
export const gifFacts = async (view: FileView): Promise<ContainerFacts> =>
  (await walked(view)).facts;

/** Where a file says how often its animation is repeated, two bytes; undefined where it does not. */
export const gifLoopPlace = async (view: FileView): Promise<number | undefined> =>
  (await walked(view)).loopPlace;

/** Where each frame's duration stands, two bytes in hundredths of a second; undefined without one. */
export const gifDelayPlaces = async (view: FileView): Promise<readonly (number | undefined)[]> =>
  (await walked(view)).delayPlaces;

async function walked(view: FileView): Promise<{
  readonly facts: ContainerFacts;
  readonly delayPlaces: readonly (number | undefined)[];
  readonly loopPlace: number | undefined;
}> {
  const remarks: Remark[] = [];
  let hidden: Hidden = {};
  const delays: number[] = [];
  const delayPlaces: (number | undefined)[] = [];
  let [frames, delay] = [0, 0];
  let delayPlace: number | undefined;
  let loopPlace: number | undefined;
  const pictures: Picture[] = [];
  let control: Control = NO_CONTROL;
  let blocks = 0;
  let keptBytes = 0;
  const lost = new Set<string>();
  let [isCut, hasEnd, lacksColors, hasCredentials] = [false, false, false, false];
  let isBeyond = false;
  const screen = await view.bytes(0, SCREEN_END);
  let at = SCREEN_END + tableBytes(screen[10] ?? 0);
  /** Goes on behind a chain of sub-blocks; their content if it is wanted. */
  const chain = async (wanted: boolean, pixels?: LzwPixels): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (;;) {
      const length = (await view.bytes(at, 1))[0];
      isCut ||= length === undefined || at + length >= view.size;
      at++;
      if (length === undefined || length === 0 || blocks++ > MOST_BLOCKS)
        return Buffer.concat(parts);
      if (wanted && keptBytes >= MOST_TEXT_BYTES) lost.add('Comment');
      if (wanted && keptBytes < MOST_TEXT_BYTES) {
        parts.push(Buffer.from(await view.bytes(at, length)));
        keptBytes += length;
      }
      pixels?.feed(await view.bytes(at, length));
      at += length;
    }
  };
  const application = async (name: string): Promise<void> => {
    if (name === 'XMP DataXMP') {
      const from = at;
      await chain(false);
      const length = at - from - XMP_TRAILER_BYTES;
      if (length > 0 && length <= MOST_TEXT_BYTES)
        hidden = { ...hidden, xmp: Buffer.from(await view.bytes(from, length)) };
    } else {
      hasCredentials ||= name.startsWith('C2PA_GIF');
      if (name === 'NETSCAPE2.0') loopPlace ??= at + 2;
      const content = await chain(name === 'ICCRGBG1012');
      if (content.length > 0) hidden = { ...hidden, icc: content };
    }
  };
  while (blocks++ < MOST_BLOCKS) {
    const head = await view.bytes(at, 14);
    const kind = head[0];
    hasEnd = kind === TRAILER;
    if (kind === EXTENSION && head[1] === APPLICATION && head[2] === 11) {
      at += 14;
      await application(head.toString('latin1', 3, 14));
    } else if (kind === EXTENSION) {
      if (head[1] === CONTROL && head.length >= 8) {
        delay = head.readUInt16LE(DELAY_AT) * MS_PER_TICK;
        const flags = head[CONTROL_FLAGS_AT] ?? 0;
        control = {
          hasTransparency: (flags & HAS_TRANSPARENCY) !== 0,
          isCleared: ((flags >> 2) & 7) === TO_BACKGROUND,
          flagsAt: at + CONTROL_FLAGS_AT,
          seeThrough: (flags & HAS_TRANSPARENCY) === 0 ? undefined : head[SEE_THROUGH_AT],
        };
        delayPlace = at + DELAY_AT;
      }
      at += 2;
      const isComment = head[1] === COMMENT;
      const content = await chain(isComment);
      if (isComment && content.length > 0) remarks.push({ text: content.toString('utf8') });
    } else if (kind === IMAGE) {
      frames++;
      delays.push(delay);
      delayPlaces.push(delayPlace);
      [delay, delayPlace] = [0, undefined];
      const covers = coversScreen(screen, head);
      lacksColors ||= [screen[10], head[9]].every((flags) => tableBytes(flags ?? 0) === 0);
      at += 10 + tableBytes(head[9] ?? 0);
      const codeBits = (await view.bytes(at, 1))[0] ?? 0;
      const { seeThrough } = control;
      pictures.push({ ...control, covers, hasUnused: codeBits < 8 });
      control = NO_CONTROL;
      const pixels = new LzwPixels(codeBits);
      at++;
      await chain(false, pixels);
      // A decoder leaves the rest of such a frame blank, and says nothing.
      const colours = (tableBytes(head[9] ?? 0) || tableBytes(screen[10] ?? 0)) / 3;
      isBeyond ||= pixels.highest >= colours && pixels.highest !== seeThrough;
      isCut ||= head.length < 9 || pixels.pixels < head.readUInt16LE(5) * head.readUInt16LE(7);
    } else break;
  }
  const { isBare, bareFlags } = bareParts(pictures);
  const facts: ContainerFacts = {
    container: 'gif',
    bareFlags,
    remarks,
    lostTexts: [...lost],
    hidden,
    frames: Math.max(1, frames),
    delays,
    isCut,
    extras: hasCredentials ? ['credentials'] : [],
    ...(hasEnd ? (isBare ? { note: BARE } : {}) : { note: NO_END }),
    ...(isBeyond ? { damage: NO_COLOUR } : {}),
    ...(lacksColors ? { unsupported: NO_COLORS } : {}),
  };
  return { facts, delayPlaces, loopPlace };
}

/** What says how a picture is shown, and where its flags stand. */
type Control = {
  readonly hasTransparency: boolean;
  /** Its place is bare behind it. */
  readonly isCleared: boolean;
  readonly flagsAt: number | undefined;
  /** The number of a color that stands for transparency. */
  readonly seeThrough: number | undefined;
};
type Picture = Control & { readonly covers: boolean; readonly hasUnused: boolean };

const NO_CONTROL: Control = {
  hasTransparency: false,
  isCleared: false,
  flagsAt: undefined,
  seeThrough: undefined,
};

/**
 * Pictures that leave a part of the screen bare and say nothing of transparency: the flags of those
 * that can say it, and whether there are others. The screen is bare before the first picture, and
 * where one was that is cleared away.
 */
function bareParts(pictures: readonly Picture[]): {
  readonly isBare: boolean;
  readonly bareFlags: readonly number[];
} {
  const isAnyTransparent = pictures.some(({ hasTransparency }) => hasTransparency);
  const silent = pictures.filter((picture, i) => {
    const next = pictures[i + 1];
    const beginsBare = i === 0 && !picture.covers && !isAnyTransparent;
    const leavesBare = picture.isCleared && next !== undefined && !next.covers;
    return !picture.hasTransparency && (beginsBare || leavesBare);
  });
  const bareFlags = silent.flatMap(({ flagsAt, hasUnused }) =>
    flagsAt !== undefined && hasUnused ? [flagsAt] : [],
  );
  return { isBare: bareFlags.length < silent.length, bareFlags };
}

/** Whether a picture's place and size are all of the screen's. */
const coversScreen = (screen: Buffer, image: Buffer): boolean =>
  screen.length >= SCREEN_END &&
  image.length >= 9 &&
  image.readUInt16LE(1) === 0 &&
  image.readUInt16LE(3) === 0 &&
  image.readUInt16LE(5) >= screen.readUInt16LE(6) &&
  image.readUInt16LE(7) >= screen.readUInt16LE(8);

const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
