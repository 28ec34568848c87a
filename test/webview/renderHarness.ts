import assert from 'node:assert/strict';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { BrowserUse, isProblem } from './browsers';
import type { Harness, Pixels } from './renderPage';

/** A Chromium with WebGL 2 in software, whose page has the harness and the renderer in it. */
export async function launchRenderPage(): Promise<{
  page: Page;
  close: () => Promise<void>;
  problems: string[];
}> {
  const bundle = await esbuild.build({
    entryPoints: [path.join(__dirname, 'renderPage.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'warning',
  });
  const browser = await BrowserUse.begin(true);
  const page = await browser.ownPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (isProblem(message)) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.setContent('<!doctype html><title>Renderer</title>');
  await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
  const close = async (): Promise<void> => {
    await page.close();
    await browser.end();
  };
  return { page, close, problems };
}

/**
 * Calls the harness in the page. As text: a compiled function would call helpers that the page does
 * not have.
 */
export async function call<Name extends keyof Harness>(
  page: Page,
  name: Name,
  ...parameters: Parameters<Harness[Name]>
): Promise<Awaited<ReturnType<Harness[Name]>>> {
  const list = parameters
    .map((parameter) => JSON.stringify(parameter) as string | undefined)
    .join(', ');
  return page.evaluate<Awaited<ReturnType<Harness[Name]>>>(`harness.${name}(${list})`);
}

export type Picture = { readonly width: number; readonly height: number; readonly data: Buffer };

export const decoded = ({ width, height, data }: Pixels): Picture => ({
  width,
  height,
  data: Buffer.from(data, 'base64'),
});

export const pixel = ({ width, data }: Picture, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

/** The largest difference of any channel, and the mean of all. */
export function difference(a: Picture, b: Picture): { largest: number; mean: number } {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const d = Math.abs(a.data[i]! - b.data[i]!);
    largest = Math.max(largest, d);
    sum += d;
  }
  return { largest, mean: sum / a.data.length };
}
