import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { BROWSER_PATH } from '../../support/browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESK = { width: 1280, height: 800 };
/** Each width and each theme once: what is wrong in one theme is so at either width. */
const LOOKS = [
  { screen: 'phone', size: { width: 390, height: 844 }, theme: 'dark' },
  { screen: 'desk', size: DESK, theme: 'light' },
] as const;

/** With `REQUIRE_BROWSER` a machine without one fails; otherwise what needs one is skipped, and said so. */
export const describeInBrowser = BROWSER_PATH === undefined && !process.env.REQUIRE_BROWSER ? describe.skip : describe;

if (BROWSER_PATH === undefined)
  process.stderr.write('no Chromium was found: the console is not tried (CHROMIUM_PATH)\n');

/** A person with a browser of their own: what it complains of, and whom it asks. */
export class Visit {
  readonly faults: string[] = [];
  /** Bytes of all that was loaded, as they were sent. */
  readonly loaded: { path: string; bytes: Promise<number> }[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#note(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.#note(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) this.#note(`asks ${request.url()}`);
    });
    page.on('requestfinished', (request) => {
      const bytes = request.sizes().then(
        ({ responseBodySize }) => responseBodySize,
        () => 0,
      );
      this.loaded.push({ path: request.url().slice(url.length), bytes });
    });
  }

  static async begin(browser: Browser, url: string): Promise<Visit> {
    // A notice that is still appearing has too little contrast for a moment.
    const looks = { viewport: DESK, reducedMotion: 'reduce' } as const;
    const context = await browser.newContext({ ...looks, locale: 'en-GB', timezoneId: 'Europe/London' });
    context.setDefaultTimeout(10_000);
    return new Visit(context, await context.newPage(), url);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** What is seen, on both screens and in both themes, is as it should be; and nothing went wrong on the way here. */
  async expectGood(): Promise<void> {
    for (const { screen, size, theme } of LOOKS) {
      await this.page.setViewportSize(size);
      await this.page.emulateMedia({ colorScheme: theme });
      expect({ screen, theme, ...(await this.#look()) }).toEqual({ screen, theme, violations: [], tooWide: 0 });
    }
    expect(this.faults).toEqual([]);
  }

  /** Of what went wrong on purpose. */
  forgive(pattern: RegExp): void {
    const left = this.faults.filter((fault) => !pattern.test(fault));
    expect(left.length).toBeLessThan(this.faults.length);
    this.faults.splice(0, this.faults.length, ...left);
  }

  async end(): Promise<void> {
    await this.context.close();
  }

  #note(fault: string): void {
    this.faults.push(fault);
  }

  async #look(): Promise<object> {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(`${AXE};0`);
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
      const { violations } = await axe.run({ resultTypes: ['violations'] });
      const root = document.documentElement;
      return {
        violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        tooWide: Math.max(0, root.scrollWidth - root.clientWidth),
      };
    });
  }
}

interface AxeResults {
  violations: { id: string; nodes: { html: string }[] }[];
}
