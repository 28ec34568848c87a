/**
 * Draws the pictures of docs/assets.md: what the ways through the engine do to an edge with
 * transparency, a texture that tiles, and the text of a screenshot.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { EngineClient, type UpscaleCall } from '../src/client/engineClient';
import { DEFAULT_SETTINGS } from '../src/shared/settings';

const ROOT = path.resolve(__dirname, '..');
const TARGET = path.join(ROOT, 'media/assets');
const LABEL = 26;
const GAP = 6;

const scratch = mkdtempSync(path.join(os.tmpdir(), 'pu-pictures-'));
const client = new EngineClient({
  entry: path.join(ROOT, 'dist/engine.js'),
  modelFolders: [path.join(ROOT, 'models')],
  store: path.join(scratch, 'store'),
  idleSeconds: 60,
  log: () => undefined,
});

async function upscaled(
  source: Buffer,
  name: string,
  part: Partial<UpscaleCall> = {},
): Promise<Buffer> {
  const input = path.join(scratch, `${name}.png`);
  await sharp(source).toFile(input);
  const { namePattern, ...settings } = DEFAULT_SETTINGS;
  const result = await client.upscale({
    ...settings,
    input,
    target: { kind: 'pattern', directory: scratch, pattern: namePattern },
    ...part,
  });
  return sharp(result.output).png().toBuffer();
}

type Panel = { readonly label: string; readonly picture: Buffer };

/** Pictures of one size beside each other, each with its label above. */
async function sheet(file: string, panels: readonly Panel[], columns: number): Promise<void> {
  const { width, height } = await sharp(panels[0]?.picture).metadata();
  const [cellWidth, cellHeight] = [width + GAP, height + LABEL + GAP];
  const size = {
    width: columns * cellWidth + GAP,
    height: Math.ceil(panels.length / columns) * cellHeight + GAP,
  };
  const overlays = panels.flatMap(({ label, picture }, i): OverlayOptions[] => {
    const [left, top] = [
      GAP + (i % columns) * cellWidth,
      GAP + Math.floor(i / columns) * cellHeight,
    ];
    const text =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
      `height="${LABEL}"><text x="2" y="18" font-family="sans-serif" ` +
      `font-size="15" fill="#222">${label}</text></svg>`;
    return [
      { input: Buffer.from(text), left, top },
      { input: picture, left, top: top + LABEL },
    ];
  });
  await sharp({ create: { ...size, channels: 3, background: '#e8e8ea' } })
    .composite(overlays)
    .png({ palette: true, quality: 95 })
    .toFile(path.join(TARGET, file));
  console.log(`media/assets/${file}  ${size.width}×${size.height}`);
}

const on = (picture: Buffer, background: string): Promise<Buffer> =>
  sharp(picture).flatten({ background }).png().toBuffer();
const squares = async (picture: Buffer, factor: number): Promise<Buffer> => {
  const { width, height } = await sharp(picture).metadata();
  return sharp(picture)
    .resize(width * factor, height * factor, { kernel: 'nearest' })
    .png()
    .toBuffer();
};

/**
 * As an editor saves it that thinks nothing of what is transparent: black lies under it, and colour
 * and alpha are enlarged each by itself.
 */
async function careless(picture: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  const large = (one: Sharp): Promise<Buffer> =>
    one
      .resize(width * 4, height * 4, { kernel: 'cubic' })
      .raw()
      .toBuffer();
  const { data } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const black = Buffer.from(data.map((value, i) => (data[i - (i % 4) + 3] === 0 ? 0 : value)));
  const rgb = await large(sharp(black, { raw: { width, height, channels: 4 } }).removeAlpha());
  const alpha = await large(sharp(picture).extractChannel(3));
  return sharp(rgb, { raw: { width: width * 4, height: height * 4, channels: 3 } })
    .joinChannel(alpha, { raw: { width: width * 4, height: height * 4, channels: 1 } })
    .png()
    .toBuffer();
}

async function alphaEdge(): Promise<void> {
  const icon = await sharp(
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><path d="M24 3L44 ' +
        '14V34L24 45L4 34V14Z" fill="#ffd166"/><path d="M24 3L44 14V34L24 45L4 34V14Z" ' +
        'fill="none" stroke="#ef476f" stroke-width="3"/><circle cx="24" cy="24" r="8" ' +
        'fill="#118ab2"/></svg>',
    ),
  )
    .png()
    .toBuffer();
  const [naive, own] = [await careless(icon), await upscaled(icon, 'icon')];
  const panels: Panel[] = [];
  for (const [name, background] of [
    ['white', '#ffffff'],
    ['black', '#000000'],
  ] as const) {
    panels.push({
      label: `source on ${name}`,
      picture: await on(await corner(await squares(icon, 4)), background),
    });
    panels.push({
      label: 'bicubic, channels by themselves',
      picture: await on(await corner(naive), background),
    });
    panels.push({ label: 'PiSA Upscale', picture: await on(await corner(own), background) });
  }
  await sheet('alpha-edge.png', panels, 3);
}

/** The upper left quarter, each pixel ×3. */
const corner = async (picture: Buffer): Promise<Buffer> =>
  squares(
    await sharp(picture).extract({ left: 4, top: 4, width: 96, height: 70 }).png().toBuffer(),
    3,
  );

/** Stones: the cells of points that repeat at the edges. */
function stones(side: number): Buffer {
  let state = 7;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const points = Array.from({ length: 22 }, () => ({
    x: random() * side,
    y: random() * side,
    shade: 95 + 80 * random(),
  }));
  const data = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const near = points
        .map(({ x: px, y: py, shade }) => {
          const [dx, dy] = [Math.abs(x - px), Math.abs(y - py)];
          return { distance: Math.hypot(Math.min(dx, side - dx), Math.min(dy, side - dy)), shade };
        })
        .sort((a, b) => a.distance - b.distance);
      const [first, second] = [near[0], near[1]];
      const joint = Math.min(1, ((second?.distance ?? 0) - (first?.distance ?? 0)) / 2.5);
      const value = (first?.shade ?? 0) * (0.35 + 0.65 * joint) + 14 * (random() - 0.5);
      for (let channel = 0; channel < 3; channel++)
        data[3 * (y * side + x) + channel] = Math.max(
          0,
          Math.min(255, value * [1, 0.93, 0.82][channel]!),
        );
    }
  }
  return data;
}

async function seamless(): Promise<void> {
  const side = 72;
  const source = await sharp(stones(side), { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  // The corner where four copies meet, from the results laid beside each other.
  const meeting = async (tile: Buffer): Promise<Buffer> => {
    const { width, height } = await sharp(tile).metadata();
    const half = { width: width / 2, height: height / 2 };
    const overlays = await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        const [right, down] = [i % 2, i >> 1];
        const part = await sharp(tile)
          .extract({ left: right ? 0 : half.width, top: down ? 0 : half.height, ...half })
          .png()
          .toBuffer();
        return { input: part, left: right * half.width, top: down * half.height };
      }),
    );
    return sharp({ create: { width, height, channels: 3, background: '#000' } })
      .composite(overlays)
      .png()
      .toBuffer();
  };
  const closer = async (tile: Buffer): Promise<Buffer> => {
    const picture = await meeting(tile);
    const { width } = await sharp(picture).metadata();
    const from = Math.round(width / 2 - 60);
    return sharp(picture)
      .extract({ left: from, top: from, width: 120, height: 120 })
      .resize(360, 360, { kernel: 'nearest' })
      .png()
      .toBuffer();
  };
  const [without, own] = [
    await upscaled(source, 'stones'),
    await upscaled(source, 'stones', { asset: { seamless: true } }),
  ];
  await sheet(
    'seamless.png',
    [
      { label: 'without: where four tiles meet, ×3', picture: await closer(without) },
      { label: '"seamless": the same place, ×3', picture: await closer(own) },
    ],
    2,
  );
}

async function screenshotText(): Promise<void> {
  const source = await sharp(path.join(ROOT, 'media/compare.png'))
    .extract({ left: 60, top: 95, width: 150, height: 69 })
    .png()
    .toBuffer();
  const own = await upscaled(source, 'screenshot');
  const { width, height } = await sharp(own).metadata();
  await sheet(
    'screenshot-text.png',
    [
      { label: 'source, each pixel ×4', picture: await squares(source, 4) },
      {
        label: 'bicubic',
        picture: await sharp(source).resize(width, height, { kernel: 'cubic' }).png().toBuffer(),
      },
      { label: 'PiSA Upscale (λ_pix 1, λ_sem 1)', picture: own },
      {
        label: 'PiSA Upscale (λ_pix 1, λ_sem 0)',
        picture: await upscaled(source, 'screenshot', { guidance: { pixel: 1, semantic: 0 } }),
      },
    ],
    2,
  );
}

async function main(): Promise<void> {
  mkdirSync(TARGET, { recursive: true });
  try {
    await alphaEdge();
    await seamless();
    await screenshotText();
  } finally {
    await client.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
}

void main();
