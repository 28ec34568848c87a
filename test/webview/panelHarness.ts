import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Page } from 'playwright-core';
import { webviewShell } from '../../src/extension/ui/webviewShell';
import type {
  PanelInit,
  PanelPreview,
  PanelProgress,
  PanelResult,
} from '../../src/shared/panelProtocol';
import type { StageScene } from '../../src/webview/panel/stageRenderer';
import { REST_MS } from '../../src/webview/panel/exactPart';
import type { RendererOptions } from '../../src/webview/render/createRenderer';
import { BrowserUse } from './browsers';
import { THEMES, type ThemeName } from './panelThemes';

const DIST = path.resolve(__dirname, '../../dist/webview');

export const TWO_DIALS = {
  id: 'two',
  name: 'PiSA Compact ×4',
  scale: 4,
  branches: ['pixel', 'semantic'],
  byTiles: true,
  partners: [],
} as const;
export const ONE_DIAL = {
  id: 'one',
  name: 'One dial, with a rather long name',
  scale: 2,
  branches: ['pixel'],
  byTiles: true,
  partners: [],
} as const;

export const INIT: PanelInit = {
  kind: 'preview',
  original: {
    fileName: 'maple.jpg',
    address: 'maple.jpg',
    problem: 'maple.jpg could not be loaded.',
    size: { width: 256, height: 192 },
    format: 'jpeg',
  },
  result: undefined,
  facts: '',
  models: [TWO_DIALS, ONE_DIAL],
  model: 'two',
  guidance: { pixel: 1, semantic: 1 },
  output: {
    scale: 4,
    format: 'source',
    quality: 90,
    lossless: 'auto',
    pixelArt: 'auto',
    prompt: '',
  },
  leftAlone: '',
};

export const PAIR: PanelInit = {
  ...INIT,
  kind: 'pair',
  result: {
    fileName: 'maple@4x.jpg',
    address: 'maple4.jpg',
    problem: 'maple@4x.jpg could not be loaded.',
    size: { width: 1024, height: 768 },
  },
  facts: '×4 · PiSA Compact · λ_pix 1.00 · λ_sem 0.50',
  models: [],
};

export const RESULT = {
  size: { width: 1024, height: 768 },
  sourceSize: { width: 256, height: 192 },
  branches: TWO_DIALS.branches,
  hasAlpha: false,
  way: 'model',
  exact: true,
  draft: false,
} satisfies PanelResult;

/** 31.4 dB at (1, 1); 8 % visibly invented at 1, more than 10 % from 1.15 on. */
export const PREVIEW: PanelPreview = {
  device: 'WebGPU',
  seconds: 0.42,
  figures: {
    consistency: { count: 1000, dd: 60000, dp: -20000, ds: 2000, pp: 18000, ps: 1000, ss: 3105 },
    inventedLuma: Array.from({ length: 256 }, (_, level) =>
      level === 3 ? 880 : level === 7 ? 40 : level === 12 ? 80 : 0,
    ),
  },
  covered: 1,
  estimate: { noise: 2, blockiness: 0.4, blur: 0.6, lettering: false },
  auto: { pixel: 1.1, semantic: 0.7 },
  notes: [],
};

export const progress = (done: number, more: Partial<PanelProgress> = {}): PanelProgress => ({
  done,
  total: 16,
  device: 'WebGPU',
  secondsLeft: (16 - done) * 0.5,
  tile:
    done > 0
      ? { rect: { x: (done - 1) * 64, y: 0, width: 64, height: 64 }, address: `tile${done}` }
      : undefined,
  picture: RESULT,
  ...more,
});

export type Sent = {
  readonly type: string;
  readonly caller: string;
  readonly id: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
};
export type OpenOptions = {
  init?: unknown;
  /** Calls that are answered by themselves; the test answers the rest. */
  answers?: readonly ('init' | 'outputName')[];
  stored?: unknown;
  theme?: ThemeName;
  width?: number;
  height?: number;
  renderer?: RendererOptions;
};
export type Call = readonly [method: string, ...values: unknown[]];

const comparisonHtml = (origin: string): string =>
  webviewShell({
    cspSource: origin,
    nonce: 'test',
    scriptUri: `${origin}/panelPage.js`,
    styleUri: `${origin}/panel.css`,
    codiconUri: `${origin}/codicon.css`,
    language: 'en',
    title: 'Compare',
    state: { kind: 'preview' },
    words: {},
    connects: true,
  });

/** What puts a theme on a page, as VS Code does it and does it again when the person chooses one. */
const wearing = (theme: ThemeName): string => {
  const { bodyClass, colours } = THEMES[theme];
  return `
    for (const name of [...document.body.classList])
      if (name.startsWith('vscode-')) document.body.classList.remove(name);
    document.body.classList.add(${JSON.stringify(bodyClass)});
    const { style } = document.documentElement;
    for (const name of [...style]) style.removeProperty(name);
    style.setProperty('color-scheme', ${JSON.stringify(/dark|contrast$/.test(bodyClass) ? 'dark' : 'light')});
    style.setProperty('--vscode-font-family', 'system-ui, "Segoe UI", Ubuntu, sans-serif');
    style.setProperty('--vscode-editor-font-family', 'monospace');
    for (const [name, value] of Object.entries(${JSON.stringify({ ...settingsColours(colours), ...colours })})) style.setProperty('--vscode-' + name, value);
  `;
};

/** As VS Code derives them for the controls of its settings, whose look the elements have. */
const settingsColours = (colours: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(colours).flatMap(([name, value]) => {
      const [, control, part = ''] = /^(input|dropdown)-(.*)$/.exec(name) ?? [];
      if (control === undefined) return [];
      const ending = part.charAt(0).toUpperCase() + part.slice(1);
      return [[`settings-${control === 'input' ? 'textInput' : 'dropdown'}${ending}`, value]];
    }),
  );

const scripts = new Map<string, Promise<string>>();

/** The script that a page starts with, made once. */
function bundled(entry: string): Promise<string> {
  const known = scripts.get(entry);
  if (known) return known;
  const making = esbuild
    .build({
      bundle: true,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      write: false,
      logLevel: 'warning',
      entryPoints: [entry],
    })
    .then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  scripts.set(entry, making);
  return making;
}

/** A browser with the panel's real page, style sheet and policy. */
export class PanelHarness {
  private constructor(
    private readonly browser: BrowserUse,
    private readonly server: Server,
    private readonly origin: string,
  ) {}

  /**
   * `html`: the page for an origin, whose script is panelPage.js. `entry`: that script. `files`:
   * what it may fetch. `webgl`: with WebGL 2 in software, which the panel takes only if it must.
   */
  static async start(
    entry = path.join(__dirname, 'panelPage.ts'),
    files: ReadonlyMap<string, Buffer> = new Map(),
    webgl = false,
    html = comparisonHtml,
  ): Promise<PanelHarness> {
    const script = await bundled(entry);
    let origin = '';
    const server = createServer((request, response) => {
      const url = request.url?.split('?')[0] ?? '';
      if (url === '/') {
        response.setHeader('content-type', 'text/html').end(html(origin));
      } else if (url === '/panelPage.js')
        response.setHeader('content-type', 'text/javascript').end(script);
      else if (/^\/(?:panel|batch|codicon)\.css$/.test(url))
        response
          .setHeader('content-type', 'text/css')
          .end(readFileSync(path.join(DIST, url.slice(1))));
      else if (url === '/codicon.ttf')
        response
          .setHeader('content-type', 'font/ttf')
          .end(readFileSync(path.join(DIST, 'codicon.ttf')));
      else if (files.has(url)) response.end(files.get(url));
      else response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new PanelHarness(await BrowserUse.begin(webgl), server, origin);
  }

  async close(): Promise<void> {
    await this.browser.end();
    this.server.close();
  }

  /** `renderer`: what `panelRealPage` is to draw with. */
  async open({
    init = INIT,
    stored,
    theme = 'dark',
    width = 1280,
    height = 800,
    renderer = {},
    answers = ['init', 'outputName'],
  }: OpenOptions = {}): Promise<PanelPage> {
    const shared = await this.browser.page();
    const { page } = shared;
    await page.setViewportSize({ width, height });
    // As text: a compiled function would call helpers that the page does not have.
    const problems = await shared.load(
      this.origin,
      `
      window.sent = [];
      window.rendererOptions = ${JSON.stringify(renderer)};
      window.stored = ${JSON.stringify(stored)};
      window.answers = ${JSON.stringify(Object.fromEntries(answers.map((method) => [method, method === 'init' ? init : 'name'])))};
      window.acquireVsCodeApi = () => ({
        getState: () => window.stored,
        setState: (value) => { window.stored = JSON.parse(JSON.stringify(value)); },
        postMessage: (message) => {
          window.sent.push(JSON.parse(JSON.stringify(message)));
          const { type, caller, id, method, params } = message;
          if (type !== 'call' || !(method in window.answers)) return;
          const { scale, format } = params ?? {};
          const { fileName, size = { width: 1, height: 1 } } = window.answers.init?.original ?? { fileName: 'none.png' };
          const [stem, extension] = fileName.split('.');
          const name = { fileName: stem + '@' + scale + 'x.' + (format === 'source' ? extension : format), size: { width: size.width * scale, height: size.height * scale } };
          const answer = window.answers[method];
          window.postMessage({ type: 'result', caller, id, value: answer === 'name' ? name : answer }, '*');
        },
      });
      document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
      document.addEventListener('DOMContentLoaded', () => {
        ${wearing(theme)}
      });
    `,
    );
    return new PanelPage(page, problems, () => this.browser.giveBack(shared));
  }
}

/** One open panel, and the extension's side of it. */
export class PanelPage {
  constructor(
    readonly page: Page,
    /** Console errors, exceptions, violations of the policy. */
    readonly problems: readonly string[],
    private readonly release: () => Promise<void>,
  ) {}

  /** Done with it: its page may show another panel from now on. */
  close(): Promise<void> {
    return this.release();
  }

  /** Changes the theme while the panel is open. */
  async wear(theme: ThemeName): Promise<void> {
    await this.page.evaluate(`(() => {${wearing(theme)}})()`);
    await this.frame();
  }

  /** Waits for a call that has not been answered, and gives its number. */
  async called(method: string, nth = 0): Promise<Sent> {
    await this.until(
      `window.sent.filter((m) => m.type === 'call' && m.method === ` +
        `${JSON.stringify(method)}).length > ${nth}`,
    );
    return (await this.sent(method))[nth]!;
  }

  async sent(method: string): Promise<Sent[]> {
    const all = await this.page.evaluate<Sent[]>('window.sent');
    return all.filter((message) => message.type === 'call' && message.method === method);
  }

  async isCancelled({ id }: Sent): Promise<boolean> {
    return (await this.page.evaluate<Sent[]>('window.sent')).some(
      (message) => message.type === 'cancel' && message.id === id,
    );
  }

  /** The characters of `part` of an element's text, as they stand on the screen. */
  leftToRight(selector: string, part: string): Promise<readonly string[]> {
    return this.page.evaluate(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node; (node = walk.nextNode()); ) {
        const at = node.data.indexOf(${JSON.stringify(part)});
        if (at < 0) continue;
        return [...${JSON.stringify(part)}]
          .map((character, index) => {
            const range = document.createRange();
            range.setStart(node, at + index);
            range.setEnd(node, at + index + 1);
            return { character, left: range.getBoundingClientRect().left };
          })
          .sort((a, b) => a.left - b.left)
          .map(({ character }) => character);
      }
      return [];
    })()`);
  }

  /** Asks the page for something, as the extension does. */
  ask(id: number, method: string, params?: unknown): Promise<void> {
    return this.post({ type: 'call', caller: 'extension', id, method, params });
  }

  async post(message: unknown): Promise<void> {
    await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
    await this.frame();
  }

  progress = (call: Sent, value: unknown): Promise<void> =>
    this.post({ type: 'progress', caller: call.caller, id: call.id, value });
  result = (call: Sent, value: unknown): Promise<void> =>
    this.post({ type: 'result', caller: call.caller, id: call.id, value });
  error = (call: Sent, error: { code: string; message: string; hint?: string }): Promise<void> =>
    this.post({ type: 'error', caller: call.caller, id: call.id, error });

  /** Lets a run come to its end. */
  async finish(preview: unknown = PREVIEW, result: unknown = RESULT, nth = 0): Promise<void> {
    const call = await this.called('preview', nth);
    await this.progress(call, progress(1, { picture: result as PanelProgress['picture'] }));
    await this.result(call, preview);
    await this.until(`document.body.getAttribute('aria-busy') === 'false'`);
    await this.frame();
  }

  /**
   * Until an expression is true in the page. Playwright's own way needs `eval`, which the policy
   * forbids.
   */
  async until(expression: string): Promise<void> {
    const end = Date.now() + 120_000;
    while (!(await this.page.evaluate(expression))) {
      if (Date.now() > end) throw new Error(`Never came true: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Until what happened is drawn. */
  async frame(): Promise<void> {
    await this.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => ' +
        'setTimeout(done))))',
    );
  }

  /** Until the view has rested: timers of a page fire in the order in which they are due. */
  async rested(): Promise<void> {
    await this.page.evaluate(`new Promise((done) => setTimeout(done, ${REST_MS}))`);
    await this.frame();
  }

  scene(): Promise<StageScene> {
    return this.page.evaluate('window.scene');
  }

  stored(): Promise<Record<string, unknown>> {
    return this.page.evaluate('window.stored');
  }

  async renderer(method: string): Promise<Call[]> {
    return (await this.page.evaluate<Call[]>('window.calls')).filter(([name]) => name === method);
  }

  /** Unfolds the pad, if it is not yet. */
  async openPad(): Promise<void> {
    if (!(await this.page.locator('#pad').isVisible())) await this.page.click('#padFold summary');
    await this.frame();
  }

  /** Takes the pointer off the page, and with it what it shows. */
  async leave(): Promise<void> {
    await this.page.mouse.move(-1, -1);
    await this.page.waitForSelector('#tip', { state: 'hidden' });
  }

  /** Chooses an option of a list by its value, with the mouse. */
  async choose(list: string, value: string): Promise<void> {
    const at = await this.page.evaluate<number>(
      `document.querySelector('${list}').options.findIndex((option) => option.value === '${value}')`,
    );
    await this.page.locator(list).click();
    await this.page.locator(`${list} [role=option]`).nth(at).click();
    await this.frame();
  }

  chosen = (list: string): Promise<string> =>
    this.page.evaluate(`document.querySelector('${list}').value`);

  options = (list: string): Promise<string[]> =>
    this.page.evaluate(`document.querySelector('${list}').options.map(({ label }) => label)`);

  text = (selector: string): Promise<string> => this.page.locator(selector).innerText();
  attribute = (selector: string, name: string): Promise<string | null> =>
    this.page.locator(selector).getAttribute(name);
}
