/**
 * Makes the sample pictures of our own (icon, screenshot, texture) and the extension's icon.
 *
 *   node scripts/make-samples.mjs
 *
 * The screenshot needs Chromium (CHROMIUM, or /usr/bin/chromium) and the DejaVu fonts.
 *
 * photo.jpg is not made here. It is skimage/data/chelsea.png of the PyPI package scikit-image, CC0
 * by its photographer, Stefan van der Walt: the 336×252 pixels at (60, 10), reduced to 160×120 with
 * Lanczos. See media/samples/README.md.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const media = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'media');
const sample = (name) => path.join(media, 'samples', name);

await sharp(readFileSync(path.join(media, 'icon.svg')))
  .png({ compressionLevel: 9 })
  .toFile(path.join(media, 'icon.png'));
await makeIcon();
await makeScreenshot();
await makeTexture();

/** A folder with a soft shadow, 64×64, with every degree of transparency. */
async function makeIcon() {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
    <defs>
      <linearGradient id="front" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffc04d"/><stop offset="1" stop-color="#f27a2e"/></linearGradient>
      <linearGradient id="paper" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#d9e2f0"/></linearGradient>
      <filter id="blur" filterUnits="userSpaceOnUse" x="0" y="0" width="64" height="64"><feGaussianBlur stdDeviation="2.6"/></filter>
    </defs>
    <rect x="8" y="17" width="48" height="38" rx="5" fill="#101828" fill-opacity=".55" filter="url(#blur)"/>
    <path d="M7 15a5 5 0 0 1 5-5h12.5a4 4 0 0 1 2.9 1.2l3.6 3.8H52a5 5 0 0 1 5 5v26a5 5 0 0 1-5 5H12a5 5 0 0 1-5-5z" fill="#c8581a"/>
    <rect x="12" y="18.5" width="40" height="20" rx="2.5" fill="url(#paper)"/>
    <path d="M7 28a5 5 0 0 1 5-5h40a5 5 0 0 1 5 5v18a5 5 0 0 1-5 5H12a5 5 0 0 1-5-5z" fill="url(#front)"/>
    <path d="M8 28.5a4.5 4.5 0 0 1 4.5-4.5h39a4.5 4.5 0 0 1 4.5 4.5" fill="none" stroke="#fff" stroke-opacity=".55"/>
    <path d="M32 30v11M26.5 36.5 32 42l5.5-5.5M24 46h16" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>
  </svg>`;
  await sharp(Buffer.from(svg)).png({ compressionLevel: 9 }).toFile(sample('icon.png'));
}

/** A small settings panel with text, 160×104. */
async function makeScreenshot() {
  const html = `<!doctype html><style>
    body { margin: 0; width: 160px; height: 104px; font: 10px "DejaVu Sans", sans-serif; color: #1f2328; background: #f6f8fa; overflow: hidden }
    header { background: #24292f; color: #fff; padding: 4px 7px; font-weight: bold }
    p { margin: 5px 7px 0; display: flex; justify-content: space-between; align-items: center }
    b { font-weight: normal; color: #0969da }
    i { width: 18px; height: 9px; border-radius: 5px; background: #1f883d; position: relative }
    i::after { content: ""; position: absolute; right: 1px; top: 1px; width: 7px; height: 7px; border-radius: 50%; background: #fff }
    button { margin: 7px 7px 0; font: inherit; border: 1px solid #1f883d; background: #1f883d; color: #fff; border-radius: 3px; padding: 2px 8px }
  </style><header>Settings</header><p>Language <b>English (UK)</b></p><p>Dark theme <i></i></p><p>Autosave <b>30 seconds</b></p><button>Save changes</button>`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 160, height: 104 } });
    await page.setContent(html);
    await page.screenshot({ path: sample('screenshot.png') });
  } finally {
    await browser.close();
  }
}

/**
 * Woven cloth of two colours, 96×96: 8 by 8 threads, and everything in it wraps around, so the
 * edges join exactly.
 */
async function makeTexture() {
  const side = 96;
  const perPixel = 4;
  const pixels = Buffer.alloc(side * side * 3);
  const cloth = weave(8);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sum = [0, 0, 0];
      for (let sub = 0; sub < perPixel * perPixel; sub++) {
        const u = (x + ((sub % perPixel) + 0.5) / perPixel) / side;
        const v = (y + (Math.floor(sub / perPixel) + 0.5) / perPixel) / side;
        cloth(u, v).forEach((value, channel) => (sum[channel] += value));
      }
      sum.forEach(
        (value, channel) =>
          (pixels[(y * side + x) * 3 + channel] = Math.min(255, Math.round(value / perPixel ** 2))),
      );
    }
  }
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toFile(sample('texture.png'));
}

/**
 * The colour of a plain weave at (u, v) of the unit square: warp threads go down, weft threads
 * across, the higher one shows.
 */
function weave(threads) {
  const noise = tileableNoise(48);
  const warp = { colour: [232, 204, 160], phase: 0 };
  const weft = { colour: [70, 116, 158], phase: 1 };
  const thread = ({ colour, phase }, across, along) => {
    const number = Math.floor(across);
    const offset = (across - number - 0.5) / 0.5;
    const wave = Math.sin(Math.PI * (along + number + phase));
    const round = Math.sqrt(Math.max(0, 1 - (offset / 0.94) ** 2));
    const height = wave + 0.9 * round;
    const twist = 1 + 0.13 * Math.sin(2 * Math.PI * (3 * along + 0.55 * offset));
    const dye = 0.95 + (0.1 * ((number * 5) % threads)) / threads;
    const light = 0.16 + 0.84 * round ** 0.8 * (0.66 + 0.34 * wave) * (1 - 0.14 * offset);
    return { colour, height, shade: light * twist * dye };
  };
  return (u, v) => {
    const [x, y] = [u * threads, v * threads];
    const [down, over] = [thread(warp, x, y), thread(weft, y, x)];
    const top = down.height > over.height ? down : over;
    const fibre = 1 + 0.1 * noise(u * 48, v * 48);
    return top.colour.map((value) => value * 1.08 * top.shade * fibre);
  };
}

/** Value noise that wraps around, in [−1, 1]. */
function tileableNoise(side) {
  const cells = 24;
  let state = 5;
  const grid = Array.from({ length: cells * cells }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
  const at = (x, y) =>
    grid[(((y % cells) + cells) % cells) * cells + (((x % cells) + cells) % cells)];
  const smooth = (t) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [u, v] = [(x * cells) / side, (y * cells) / side];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [a, b] = [smooth(u - i), smooth(v - j)];
    return (
      (at(i, j) * (1 - a) + at(i + 1, j) * a) * (1 - b) +
      (at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a) * b
    );
  };
}
