/**
 * Makes the sample pictures of our own (icon, screenshot, texture) and the extension's icon.
 *
 *   node scripts/make-samples.mjs
 *
 * The screenshot needs Chromium (CHROMIUM, or /usr/bin/chromium). photo.jpg is not made here: see media/samples/README.md.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const media = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'media');
const sample = (name) => path.join(media, 'samples', name);

await sharp(readFileSync(path.join(media, 'icon.svg'))).png({ compressionLevel: 9 }).toFile(path.join(media, 'icon.png'));
await makeIcon();
await makeScreenshot();
await makeTexture();

/** A folder with a soft shadow, 64×64, with every degree of transparency. */
async function makeIcon() {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
    <defs>
      <linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffb13d"/><stop offset="1" stop-color="#f0742e"/></linearGradient>
      <filter id="s" x="-30%" y="-30%" width="160%" height="170%"><feGaussianBlur stdDeviation="2.4"/></filter>
    </defs>
    <path d="M10 20a4 4 0 0 1 4-4h12l6 6h18a4 4 0 0 1 4 4v22a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4z" fill="#000" fill-opacity=".45" transform="translate(0 4)" filter="url(#s)"/>
    <path d="M10 18a4 4 0 0 1 4-4h12l6 6h18a4 4 0 0 1 4 4v22a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4z" fill="#c9551d"/>
    <path d="M8 28a4 4 0 0 1 4-4h40a4 4 0 0 1 4 4l-2 18a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4z" fill="url(#g)"/>
    <circle cx="32" cy="37" r="7.5" fill="none" stroke="#fff" stroke-width="2.5"/>
    <path d="M32 33.5v7M28.5 37h7" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/>
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
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 160, height: 104 } });
    await page.setContent(html);
    await page.screenshot({ path: sample('screenshot.png') });
  } finally {
    await browser.close();
  }
}

/** Woven cloth, 96×96: every term has a whole number of periods, so the edges join exactly. */
async function makeTexture() {
  const side = 96;
  const pixels = Buffer.alloc(side * side * 3);
  const turn = (2 * Math.PI) / side;
  const noise = tileableNoise(side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const warp = Math.abs(Math.sin(turn * 6 * x)) ** 0.6;
      const weft = Math.abs(Math.sin(turn * 6 * y)) ** 0.6;
      const over = (Math.floor((x * 12) / side) + Math.floor((y * 12) / side)) % 2 === 0;
      const thread = over ? warp * (0.75 + 0.25 * weft) : weft * (0.75 + 0.25 * warp);
      const fibre = 0.08 * Math.sin(turn * (over ? 24 * y + 3 * x : 24 * x + 3 * y)) + 0.12 * noise(x, y);
      const shade = Math.min(1, Math.max(0, 0.25 + 0.7 * thread + fibre));
      const colour = over ? [176, 122, 78] : [142, 98, 68];
      colour.forEach((value, channel) => (pixels[(y * side + x) * 3 + channel] = Math.round(value * shade + 22 * shade)));
    }
  }
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).png({ compressionLevel: 9 }).toFile(sample('texture.png'));
}

/** Value noise that wraps around, in [−1, 1]. */
function tileableNoise(side) {
  const cells = 24;
  let state = 5;
  const grid = Array.from({ length: cells * cells }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
  const at = (x, y) => grid[(((y % cells) + cells) % cells) * cells + (((x % cells) + cells) % cells)];
  const smooth = (t) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [u, v] = [(x * cells) / side, (y * cells) / side];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [a, b] = [smooth(u - i), smooth(v - j)];
    return (at(i, j) * (1 - a) + at(i + 1, j) * a) * (1 - b) + (at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a) * b;
  };
}
