import {
  chromium,
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  type Page,
} from 'playwright-core';
import { ensureChromium } from '../../scripts/setup-test-host.mjs';

/** Chromium's switches for WebGL without a GPU. */
const SOFTWARE_WEBGL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/**
 * One process draws all pages: a process for each takes longer to start, and to read the scripts
 * anew, than most tests need for what they do.
 */
const ONE_PROCESS = ['--process-per-site', '--disable-features=SpareRendererForSitePerProcess'];

/** A browser, and what those that use it have in common. */
type Shared = {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Pages that nobody uses now. */
  readonly free: SharedPage[];
  users: number;
};

const open = new Map<boolean, Promise<Shared>>();
let isKept = false;

/** Keeps browsers open from one user to the next, until `closeBrowsers`. */
export const keepBrowsers = (): void => {
  isKept = true;
};

export async function closeBrowsers(): Promise<void> {
  for (const shared of open.values()) await (await shared).browser.close();
  open.clear();
}

/** A use of the browser that all with the same wish share: with WebGL 2 in software, or without. */
export class BrowserUse {
  private constructor(
    private readonly webgl: boolean,
    private readonly shared: Shared,
  ) {}

  static async begin(webgl: boolean): Promise<BrowserUse> {
    const launching = open.get(webgl) ?? launch(webgl);
    open.set(webgl, launching);
    const shared = await launching;
    shared.users++;
    return new BrowserUse(webgl, shared);
  }

  /** A page that is given back when it is no longer needed, or is closed with the browser. */
  async page(): Promise<SharedPage> {
    return this.shared.free.pop() ?? new SharedPage(await this.shared.context.newPage());
  }

  async giveBack(page: SharedPage): Promise<void> {
    await page.reset();
    this.shared.free.push(page);
  }

  /** A page that nobody had before or has later. */
  ownPage(): Promise<Page> {
    return this.shared.browser.newPage();
  }

  async end(): Promise<void> {
    this.shared.users--;
    if (isKept || this.shared.users > 0) return;
    open.delete(this.webgl);
    await this.shared.browser.close();
  }
}

async function launch(webgl: boolean): Promise<Shared> {
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      ...ONE_PROCESS,
      ...(webgl ? SOFTWARE_WEBGL : ['--disable-gpu']),
    ],
  });
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  return { browser, context, free: [], users: 0 };
}

/** Whether a page says that something is wrong; that a driver in software is slow is known. */
export const isProblem = (message: ConsoleMessage): boolean =>
  ['error', 'warning'].includes(message.type()) &&
  !/GL Driver Message \(OpenGL, Performance,/.test(message.text());

/** A page that shows one panel after another, each as if it were the first. */
export class SharedPage {
  private problems: string[] = [];
  private opening: string[] = [];

  constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (isProblem(message)) this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
    // What an earlier panel says while it goes is not the next one's.
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.problems = this.opening;
    });
  }

  /** Opens an address, with a script that runs before its own; gives what will go wrong there. */
  async load(address: string, script: string): Promise<readonly string[]> {
    const problems: string[] = [];
    this.opening = problems;
    const added = await this.page.addInitScript(script);
    await this.page.goto(address);
    await added.dispose();
    return problems;
  }

  /** Takes back what a test has changed of the page and not of the panel. */
  async reset(): Promise<void> {
    await this.page.mouse.move(-1, -1);
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
    await this.page.unrouteAll();
  }
}
