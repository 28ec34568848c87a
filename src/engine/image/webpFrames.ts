import { open, type FileHandle } from 'node:fs/promises';

const [RIFF_HEADER_BYTES, CHUNK_HEADER_BYTES] = [12, 8];
/** In the header of an animation: its flags, of which one announces transparency, and its sides. */
const [ALPHA, SIDES_AT, HEADER_BYTES] = [0x10, 4, 10];
/** In the header of a frame: its place, its sides, how long it is shown, and its flags. */
const [PLACE_AT, FRAME_SIDES_AT, DURATION_AT, FLAGS_AT, FRAME_BYTES] = [0, 6, 12, 15, 16];
/** The frame's area is cleared when its time is over. */
const CLEARS = 1;

/** A frame's header, and where the file has its duration: 24 bits, in milliseconds. */
export type WebpFrame = { readonly head: Buffer; readonly durationAt: number };

/** The frames of an animated WebP, and its header. (RFC 9649, 2.7.1.) */
export async function webpFrames(
  handle: FileHandle,
): Promise<{ readonly header: Buffer; readonly frames: readonly WebpFrame[] }> {
  let header: Buffer = Buffer.alloc(0);
  const frames: WebpFrame[] = [];
  const chunk = Buffer.alloc(CHUNK_HEADER_BYTES);
  for (
    let at = RIFF_HEADER_BYTES;
    (await handle.read(chunk, 0, chunk.length, at)).bytesRead === chunk.length;
  ) {
    const [type, length] = [chunk.toString('latin1', 0, 4), chunk.readUInt32LE(4)];
    at += CHUNK_HEADER_BYTES;
    if (type === 'VP8X') header = await bytes(handle, at, HEADER_BYTES);
    else if (type === 'ANMF')
      frames.push({ head: await bytes(handle, at, FRAME_BYTES), durationAt: at + DURATION_AT });
    at += length + (length % 2);
  }
  return { header, frames };
}

/**
 * Has a finished animation announce the transparency that no frame of it has, but the canvas where
 * none covers it: its encoder leaves that out, and decoders that go by the header show it black.
 */
export async function announceBareCanvas(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { header, frames } = await webpFrames(handle);
    const [first] = frames;
    if (first === undefined || header.length < HEADER_BYTES) return;
    const covers =
      [PLACE_AT, PLACE_AT + 3].every((at) => first.head.readUIntLE(at, 3) === 0) &&
      [0, 3].every(
        (at) =>
          first.head.readUIntLE(FRAME_SIDES_AT + at, 3) === header.readUIntLE(SIDES_AT + at, 3),
      );
    if (covers && !frames.some(({ head }) => ((head[FLAGS_AT] ?? 0) & CLEARS) !== 0)) return;
    const flags = Buffer.from([(header[0] ?? 0) | ALPHA]);
    await handle.write(flags, 0, 1, RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES);
  } finally {
    await handle.close();
  }
}

async function bytes(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await handle.read(buffer, 0, length, at);
  return buffer;
}
