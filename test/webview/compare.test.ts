import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import sharp from 'sharp';
import { compareHtml } from '../../src/extension/comparison/compareHtml';
import type { ComparePane } from '../../src/shared/webviewProtocol';
import { ensureChromium } from '../../scripts/setup-test-host.mjs';

const DIST = path.resolve(__dirname, '../../dist/webview');

let browser: Browser;
let server: Server;
let origin: string;
let page: Page;
let problems: string[];

/** The real bundle and page under its real policy, with a host that answers as the extension does. */
before(async () => {
  const pictures = new Map([
    ['/small.png', await checkerboard(40, 30)],
    ['/large.png', await checkerboard(160, 120)],
  ]);
  server = createServer((request, response) => {
    const url = request.url?.split('?')[0] ?? '';
    const picture = pictures.get(url);
    if (url === '/favicon.ico') response.writeHead(204).end();
    else if (url === '/') {
      const html = compareHtml(
        { cspSource: origin, nonce: 'test', scriptUri: `${origin}/compare.js`, styleUri: `${origin}/compare.css`, language: 'en' },
        (text) => text,
      );
      response.setHeader('content-type', 'text/html').end(html);
    } else if (picture) response.setHeader('content-type', 'image/png').end(picture);
    else if (/^\/compare\.(js|css)$/.test(url)) response.setHeader('content-type', url.endsWith('js') ? 'text/javascript' : 'text/css').end(readFileSync(path.join(DIST, url)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: ensureChromium(), args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
});

after(async () => {
  await browser.close();
  server.close();
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
  problems = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
});

async function open(original: string | undefined, result: string | undefined, state?: object): Promise<void> {
  const pane = (label: string, source: string | undefined): ComparePane => ({
    label,
    facts: label === 'Upscaled' ? '×4 · λ_pix 1.00' : '',
    alternative: `${label}: test`,
    source: source === undefined ? undefined : `${origin}/${source}`,
    problem: `${label} cannot be shown`,
    size: undefined,
  });
  const pictures = { original: pane('Original', original), result: pane('Upscaled', result) };
  // As text: a compiled function would call helpers that the page does not have.
  await page.addInitScript(`
    window.stored = ${JSON.stringify(state)};
    window.acquireVsCodeApi = () => ({
      getState: () => window.stored,
      setState: (value) => { window.stored = value; },
      postMessage: ({ type, id, method }) => {
        if (type === 'call' && method === 'pictures') window.postMessage({ type: 'result', id, value: ${JSON.stringify(pictures)} }, '*');
      },
    });
  `);
  await page.goto(origin);
  if (result !== undefined) await page.locator('#result img').waitFor({ state: 'visible' });
}

const box = async (locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> => (await locator.boundingBox())!;

/** Where a picture lies inside its own pane. */
async function place(id: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const [picture, pane] = [await box(page.locator(`#${id} img`)), await box(page.locator(`#${id}`))];
  return { x: picture.x - pane.x, y: picture.y - pane.y, width: picture.width, height: picture.height };
}

async function assertInStep(): Promise<void> {
  const [a, b] = [await place('original'), await place('result')];
  for (const key of ['x', 'y', 'width', 'height'] as const) assert.ok(Math.abs(a[key] - b[key]) < 1.01, `${key}: ${a[key]} and ${b[key]}`);
}

const zoom = (): Promise<string | null> => page.locator('#zoomValue').textContent();

test('both pictures are shown at the same size, with their facts, and no policy is violated', async () => {
  await open('small.png', 'large.png');
  await assertInStep();
  assert.equal(await page.locator('#original .tag').textContent(), 'Original40×30');
  assert.equal(await page.locator('#result .tag').textContent(), 'Upscaled160×120 · ×4 · λ_pix 1.00');
  assert.deepEqual(problems, []);
});

test('100 % draws one pixel of the result on one pixel of the screen; from 300 % on, pixels are squares', async () => {
  await open('small.png', 'large.png');
  await page.keyboard.press('1');
  assert.equal(await zoom(), '100 %');
  assert.equal((await place('result')).width, 160);
  const rendering = (): Promise<string> => page.locator('#result img').evaluate((image) => getComputedStyle(image).imageRendering);
  assert.equal(await rendering(), 'auto');
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  assert.equal(await zoom(), '300 %');
  assert.equal(await rendering(), 'pixelated');
  await page.keyboard.press('0');
  assert.equal(await page.getByRole('button', { name: 'Fit' }).getAttribute('aria-pressed'), 'true');
});

test('the wheel zooms at the pointer, both sides in step', async () => {
  await open('small.png', 'large.png', { zoom: 8, x: 0.5, y: 0.5 });
  const pane = await box(page.locator('#result'));
  const before = await place('result');
  const pointer = { x: 60, y: 90 };
  await page.mouse.move(pane.x + pointer.x, pane.y + pointer.y);
  for (let i = 0; i < 2; i++) await page.mouse.wheel(0, -200);
  await page.waitForFunction(() => parseInt(document.querySelector('#zoomValue')?.textContent ?? '0') > 1500);
  const after = await place('result');
  const fraction = (p: typeof before, axis: 'x' | 'y', side: 'width' | 'height'): number => (pointer[axis] - p[axis]) / p[side];
  assert.ok(Math.abs(fraction(before, 'x', 'width') - fraction(after, 'x', 'width')) < 0.02);
  assert.ok(Math.abs(fraction(before, 'y', 'height') - fraction(after, 'y', 'height')) < 0.02);
  await assertInStep();
});

test('dragging moves both pictures alike', async () => {
  await open('small.png', 'large.png', { zoom: 12, x: 0.5, y: 0.5 });
  const before = await place('original');
  const pane = await box(page.locator('#original'));
  await page.mouse.move(pane.x + 200, pane.y + 200);
  await page.mouse.down();
  await page.mouse.move(pane.x + 260, pane.y + 230, { steps: 4 });
  await page.mouse.up();
  const after = await place('original');
  assert.deepEqual([Math.round(after.x - before.x), Math.round(after.y - before.y)], [60, 30]);
  await assertInStep();
});

test('the view is stored, and taken up again', async () => {
  await open('small.png', 'large.png', { zoom: 2, x: 0.5, y: 0.5 });
  assert.equal(await zoom(), '200 %');
  await page.getByRole('button', { name: 'Zoom in (+)' }).click();
  assert.equal(await page.evaluate(() => (window as unknown as { stored: { zoom: number } }).stored.zoom), 3);
});

test('a picture that cannot be shown is replaced by words, the other stays', async () => {
  await open(undefined, 'large.png');
  assert.equal(await page.locator('#original .problem').textContent(), 'Original cannot be shown');
  assert.ok(await page.locator('#result img').isVisible());
});

test('what a screen reader is told', async () => {
  await open('small.png', 'large.png');
  const snapshot = await page.locator('body').ariaSnapshot();
  for (const part of ['toolbar "Zoom"', 'button "Zoom in (+)"', 'img "Original: test"', 'img "Upscaled: test"']) assert.ok(snapshot.includes(part), `${part} in\n${snapshot}`);
});

function checkerboard(width: number, height: number): Promise<Buffer> {
  const pixels = Buffer.from(Uint8Array.from({ length: width * height }, (_, i) => ((i % width) + Math.floor(i / width)) % 2 === 0 ? 40 : 220));
  return sharp(pixels, { raw: { width, height, channels: 1 } }).png().toBuffer();
}
