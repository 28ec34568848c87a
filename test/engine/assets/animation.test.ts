import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { RpcError } from '../../../src/shared/rpc';
import { containerFacts } from '../../../src/engine/image/containers';
import { sniffed } from '../../../src/engine/image/containers/sniff';
import { setFrameDurations, STAND_IN_DELAY } from '../../../src/engine/image/frameDurations';
import { largestDifference, testPixels } from '../support';
import { bench, DEFAULT_MODEL, PLAIN } from './assetSupport';
import { fromRaw, rawOf, svg, type Raw } from './pictures';

const { write, upscale } = bench();
const [WIDTH, HEIGHT, FRAMES] = [40, 30, 5];
const DELAYS = [50, 60, 70, 80, 500];

/** A ball that rolls over nothing, or over white: where it was, the ground shows again. */
async function ball(ground = ''): Promise<Raw[]> {
  return Promise.all(
    Array.from({ length: FRAMES }, (_, i) =>
      svg(
        WIDTH,
        HEIGHT,
        `${ground}<circle cx="${8 + 6 * i}" cy="15" r="6" fill="#dd1111"/><rect y="26" ` +
          'width="40" height="4" fill="#225522"/>',
      ),
    ).map((drawing) => rawOf(drawing, 4)),
  );
}

const WHITE = `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`;

const stacked = async (ground = ''): Promise<Sharp> =>
  sharp(Buffer.concat((await ball(ground)).map(({ data }) => data)), {
    raw: { width: WIDTH, height: HEIGHT * FRAMES, channels: 4, pageHeight: HEIGHT },
  });

/** Every frame as it is shown. */
async function framesOf(file: string): Promise<Raw[]> {
  const { pages = 1 } = await sharp(file).metadata();
  return Promise.all(
    Array.from({ length: pages }, async (_, page) => {
      const { data, info } = await sharp(file, { page })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { data, width: info.width, height: info.height, channels: 4 as const };
    }),
  );
}

for (const format of ['gif', 'webp'] as const) {
  test(`an animated ${format} keeps its frames, their timing and the loop`, async () => {
    const picture = await stacked(format === 'gif' ? WHITE : '');
    const input = await write(
      `ball.${format}`,
      await (
        format === 'gif'
          ? picture.gif({ delay: DELAYS, loop: 3 })
          : picture.webp({ delay: DELAYS, loop: 3, lossless: true })
      ).toBuffer(),
    );
    const { output, width, height, notes } = await upscale(input, DEFAULT_MODEL);
    assert.deepEqual([width, height, notes], [4 * WIDTH, 4 * HEIGHT, []]);
    const metadata = await sharp(output).metadata();
    assert.deepEqual(
      [
        metadata.format,
        metadata.pages,
        metadata.delay,
        metadata.loop,
        metadata.width,
        metadata.pageHeight ?? metadata.height,
      ],
      [format, FRAMES, DELAYS, 3, 4 * WIDTH, 4 * HEIGHT],
    );
    const [before, after] = [await framesOf(input), await framesOf(output)];
    for (const [i, frame] of after.entries()) {
      const alone = await rawOf(
        (
          await upscale(
            await write(`frame-${format}-${i}.png`, await fromRaw(before[i]!).png().toBuffer()),
            DEFAULT_MODEL,
          )
        ).output,
        4,
      );
      const shown = (raw: Raw): Uint8Array =>
        raw.data.map((value, at) =>
          at % 4 === 3 ? value : Math.round((value * raw.data[at - (at % 4) + 3]!) / 255),
        );
      if (format === 'webp')
        assert.equal(
          largestDifference(shown(frame), shown(alone)),
          0,
          `frame ${i} is what it would be by itself`,
        );
      else {
        const [a, b] = [shown(frame), shown(alone)];
        const mean = a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
        // A GIF has neither soft edges nor more than 256 colours.
        assert.ok(mean < 4, `frame ${i}: ${mean.toFixed(2)}`);
      }
    }
  });
}

test('frames are replaced, not drawn over each other: the ball leaves no trail', async () => {
  const input = await write('trail.gif', await (await stacked()).gif({ delay: DELAYS }).toBuffer());
  const after = await framesOf((await upscale(input, DEFAULT_MODEL)).output);
  const alphaAt = (frame: Raw, x: number, y: number): number =>
    frame.data[4 * (y * frame.width + x) + 3]!;
  assert.deepEqual(
    after.map((frame) => alphaAt(frame, 16, 60)),
    [255, 0, 0, 0, 0],
  );
});

test('the EXIF orientation of an animated WebP is applied to each frame once and reset, whatever is made of it', async () => {
  const frames = await ball(WHITE);
  const animated = async (pictures: readonly Raw[]): Promise<Sharp> => {
    const { width, height } = pictures[0]!;
    return sharp(Buffer.concat(pictures.map(({ data }) => data)), {
      raw: { width, height: height * FRAMES, channels: 4, pageHeight: height },
    });
  };
  for (let orientation = 1; orientation <= 8; orientation++) {
    const input = await write(
      `turned-${orientation}.webp`,
      await (
        await animated(frames)
      )
        .withMetadata({ orientation })
        .webp({ delay: DELAYS, lossless: true })
        .toBuffer(),
    );
    const upright = await write(
      `upright-${orientation}.webp`,
      await (
        await animated(
          await Promise.all(
            frames.map(async (frame) =>
              rawOf(
                await fromRaw(frame)
                  .withMetadata({ orientation })
                  .png()
                  .toBuffer()
                  .then((png) => sharp(png).autoOrient().png().toBuffer()),
                4,
              ),
            ),
          ),
        )
      )
        .webp({ delay: DELAYS, lossless: true })
        .toBuffer(),
    );
    for (const part of [{}, { asset: { frames: 'first' } }, { format: 'png' }] as const) {
      const what = `orientation ${orientation}, ${JSON.stringify(part)}`;
      const [own, wanted] = await Promise.all(
        [input, upright].map(async (file) => upscale(file, { ...PLAIN, ...part })),
      );
      assert.deepEqual([own!.width, own!.height], [wanted!.width, wanted!.height], what);
      assert.deepEqual(
        [own!.width, own!.height],
        orientation < 5 ? [4 * WIDTH, 4 * HEIGHT] : [4 * HEIGHT, 4 * WIDTH],
        what,
      );
      const [a, b] = [await framesOf(own!.output), await framesOf(wanted!.output)];
      assert.equal(a.length, b.length, what);
      for (const [i, frame] of a.entries())
        assert.equal(largestDifference(frame.data, b[i]!.data), 0, `${what}, frame ${i}`);
      assert.equal((await sharp(own!.output).metadata()).orientation ?? 1, 1, what);
    }
  }
});

test('a format without frames takes the first, and so does who asks for it; both are told', async () => {
  const input = await write('first.gif', await (await stacked()).gif({ delay: DELAYS }).toBuffer());
  for (const part of [{ format: 'png' }, { asset: { frames: 'first' } }] as const) {
    const { output, notes } = await upscale(input, { ...PLAIN, ...part });
    const metadata = await sharp(output).metadata();
    assert.deepEqual(
      [metadata.pages ?? 1, metadata.width, metadata.pageHeight ?? metadata.height],
      [1, 4 * WIDTH, 4 * HEIGHT],
    );
    assert.match(notes.join(), /animated \(5 frames\); its first frame/);
  }
});

test('a GIF becomes an animated WebP', async () => {
  const input = await write(
    'change.gif',
    await (await stacked()).gif({ delay: DELAYS, loop: 2 }).toBuffer(),
  );
  const metadata = await sharp(
    (await upscale(input, { ...PLAIN, format: 'webp' })).output,
  ).metadata();
  assert.deepEqual(
    [metadata.format, metadata.pages, metadata.delay, metadata.loop],
    ['webp', FRAMES, DELAYS, 2],
  );
});

test('of an animated PNG the codec knows the first frame only, which is said', async () => {
  const still = await fromRaw((await ball())[0]!)
    .png()
    .toBuffer();
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const numbers = (...values: number[]): Buffer =>
    Buffer.from(
      Uint8Array.from(
        values.flatMap((value) =>
          [value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255),
        ),
      ),
    );
  const control = (sequence: number): Buffer =>
    chunk(
      'fcTL',
      Buffer.concat([numbers(sequence, WIDTH, HEIGHT, 0, 0), Buffer.from([0, 1, 0, 10, 0, 0])]),
    );
  const header = 8 + 25;
  const second = chunk(
    'fdAT',
    Buffer.concat([numbers(2), deflateSync(Buffer.alloc(HEIGHT * (1 + 4 * WIDTH)))]),
  );
  const animated = Buffer.concat([
    still.subarray(0, header),
    chunk('acTL', numbers(2, 0)),
    control(0),
    still.subarray(header, -12),
    control(1),
    second,
    still.subarray(-12),
  ]);
  const result = await upscale(await write('apng.png', animated), PLAIN);
  assert.match(result.notes.join(), /animated PNG/);
  const alone = await upscale(await write('still.png', still), PLAIN);
  assert.equal(
    largestDifference((await rawOf(result.output, 4)).data, (await rawOf(alone.output, 4)).data),
    0,
  );
});

test('a part of an animation is refused before any work', async () => {
  const input = await write('part.gif', await (await stacked()).gif({ delay: DELAYS }).toBuffer());
  await assert.rejects(upscale(input, { ...PLAIN, region: { x: 0, y: 0, width: 8, height: 8 } }), {
    code: 'bad-setting',
  });
});

test('equal frames are inferred once, wherever they lie, and come out equal', async () => {
  const [width, height] = [20, 14];
  const kinds = [0, 1, 0, 2, 1, 0];
  const frame = (kind: number): Uint8Array =>
    testPixels(width, height).map((value) => (value + kind * 40) & 255);
  const webpOf = (frames: readonly number[]): Promise<Buffer> =>
    sharp(Buffer.concat(frames.map(frame)), {
      raw: { width, height: frames.length * height, channels: 3, pageHeight: height },
    })
      .webp({ lossless: true, loop: 0, delay: frames.map(() => 50) })
      .toBuffer();
  const part = { ...DEFAULT_MODEL, asset: { pixelArt: 'off' } } as const;
  const whole = await upscale(await write('repeats.webp', await webpOf(kinds)), part);
  const once = await upscale(await write('once.webp', await webpOf([0, 1, 2])), part);
  assert.equal(whole.tiles, once.tiles, 'three frames were inferred');
  const [all, single] = await Promise.all(
    [whole, once].map(({ output }) => sharp(output, { pages: -1 }).raw().toBuffer()),
  );
  const bytes = single!.length / 3;
  kinds.forEach((kind, i) =>
    assert.ok(
      all!
        .subarray(i * bytes, (i + 1) * bytes)
        .equals(single!.subarray(kind * bytes, (kind + 1) * bytes)),
      `frame ${i}`,
    ),
  );
});

test('a GIF that is cut off within a picture is refused, one that only lacks its end is told', async () => {
  const whole = await (await stacked(WHITE)).gif({ delay: DELAYS }).toBuffer();
  const still = await fromRaw((await ball(WHITE))[0]!)
    .gif()
    .toBuffer();
  for (const gif of [whole, still]) {
    const { output } = await upscale(await write('whole.gif', gif), PLAIN);
    const { pages } = await sharp(output).metadata();
    for (const share of [0.3, 0.5, 0.7, 0.9, 0.99]) {
      const cut = gif.subarray(0, Math.floor(gif.length * share));
      const result = await upscale(await write('cut.gif', cut), PLAIN).catch(
        (error: unknown) => (error as RpcError).code,
      );
      if (typeof result === 'string') assert.equal(result, 'input-damaged', String(share));
      else assert.match(result.notes.join(), /has no end/, String(share));
    }
    const endless = await upscale(await write('endless.gif', gif.subarray(0, -1)), PLAIN);
    assert.match(endless.notes.join(), /has no end/);
    assert.equal((await sharp(endless.output).metadata()).pages, pages);
  }
});

for (const loop of [0, 1, 2, 65_535, 65_536])
  test(`an animation that is shown ${loop} times is shown as often: GIF`, async () => {
    const gif = await (
      await stacked(WHITE)
    )
      .gif({ delay: DELAYS, loop: Math.min(loop, 65_535) })
      .toBuffer();
    const at = gif.indexOf('NETSCAPE2.0', 0, 'latin1') + 13;
    // The encoder writes one repetition less than it is shown, and no more than 65,534.
    if (loop > 65_535) gif.writeUInt16LE(loop - 1, at);
    const { output } = await upscale(await write('loop.gif', gif), PLAIN);
    const made = readFileSync(output);
    const found = made.indexOf('NETSCAPE2.0', 0, 'latin1');
    assert.equal(found < 0, loop === 1);
    if (loop !== 1) assert.equal(made.readUInt16LE(found + 13), gif.readUInt16LE(at));
  });

test('an AVIF animation is refused by that, or its first picture is told to be that', async () => {
  const still = await fromRaw((await ball(WHITE))[0]!)
    .avif()
    .toBuffer();
  const track = Buffer.from('\0\0\0\x08moov', 'latin1');
  const result = await upscale(await write('first.avif', Buffer.concat([still, track])), PLAIN);
  assert.match(result.notes.join(), /animated AVIF.*first frame only/);
  const sequence = Buffer.concat([still, track]);
  sequence.write('avis', 8, 'latin1');
  await assert.rejects(upscale(await write('sequence.avif', sequence), PLAIN), {
    code: 'input-unsupported',
    message: /an animation \(AVIF image sequence\)/,
  });
});

/** How long each frame is shown, as the file itself says. */
const delaysOf = async (name: string): Promise<readonly number[] | undefined> =>
  (await containerFacts(name, sniffed(readFileSync(name))!)).delays;

for (const source of ['gif', 'webp'] as const)
  for (const format of ['gif', 'webp'] as const)
    test(`very short and very long times of frames stay as they are: ${source} → ${format}`, async () => {
      const delays = [0, 10, 20, 655_350, 30];
      // A decoder that tells a hundredth of a second as a tenth can't be asked what is written.
      const animated = await (
        await stacked(WHITE)
      )
        [source]({ delay: delays.map(() => STAND_IN_DELAY) })
        .toBuffer();
      const input = await write(`short.${source}`, animated);
      await setFrameDurations(input, source, delays);
      assert.deepEqual(await delaysOf(input), delays);
      assert.deepEqual(await delaysOf((await upscale(input, { ...PLAIN, format })).output), delays);
    });

for (const format of ['gif', 'webp'] as const)
  test(`frames that equal the one before are shown for as long as they were: ${format}`, async () => {
    const kinds = [0, 0, 1, 2, 2, 2];
    const delays = [10, 20, 120_000, 60_000, 50_000, 30];
    const drawn = await ball(WHITE);
    const animated = await sharp(Buffer.concat(kinds.map((kind) => drawn[kind]!.data)), {
      raw: { width: WIDTH, height: HEIGHT * kinds.length, channels: 4, pageHeight: HEIGHT },
    })
      .gif({ delay: delays.map(() => STAND_IN_DELAY), keepDuplicateFrames: true })
      .toBuffer();
    const input = await write('equal.gif', animated);
    await setFrameDurations(input, 'gif', delays);
    assert.deepEqual(await delaysOf(input), delays);
    const { output } = await upscale(input, { ...PLAIN, format });
    const [frames, times] = [await framesOf(output), (await delaysOf(output))!];
    const shown: number[] = [];
    frames.forEach(({ data }, i) => {
      if (i > 0 && Buffer.compare(frames[i - 1]!.data, data) === 0)
        shown.push(shown.pop()! + times[i]!);
      else shown.push(times[i]!);
    });
    assert.deepEqual(shown, [30, 120_000, 110_030]);
  });
