import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const PATIENCE_MS = 15_000;
const POLL_MS = 50;
const PHONE = { width: 390, height: 844 };

/** Where this machine has a browser; undefined where it has none, and tests that need one are skipped. */
export const BROWSER_PATH = PLACES.find((place) => place !== undefined && existsSync(place));

/** @throws where the machine has no Chromium */
export async function launchBrowser(): Promise<Browser> {
  if (BROWSER_PATH === undefined)
    throw new Error('REQUIRE_BROWSER is set, and no Chromium was found: set CHROMIUM_PATH');
  return chromium.launch({
    executablePath: BROWSER_PATH,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** The one page of a browser of its own, on a phone. */
export class LonePage {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async open(): Promise<LonePage> {
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: PHONE });
    page.setDefaultTimeout(PATIENCE_MS);
    return new LonePage(browser, page);
  }

  async goTo(url: string): Promise<void> {
    await this.page.goto(url);
  }

  /** What an expression is in the page; a promise's outcome. @throws where it throws. */
  async evaluate<Value>(expression: string): Promise<Value> {
    return this.page.evaluate<Value>(expression);
  }

  /**
   * Waits until an expression is truthy, also while pages change. Asked from here, again and again: a strict policy lets
   * Playwright's own wait, which asks from inside, evaluate nothing.
   */
  async until(expression: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await this.page.evaluate<boolean>(`Boolean(${expression})`).catch(() => false))) {
      if (Date.now() > end) throw new Error(`the page never had: ${expression}`);
      await wait(POLL_MS);
    }
  }

  async click(selector: string): Promise<void> {
    await this.page.click(selector);
  }

  /** Clicks in the frame of another host, which the page itself may not reach into. */
  async clickInFrame(selector: string): Promise<void> {
    await this.page.frameLocator('iframe').locator(selector).click();
  }

  async type(selector: string, value: string): Promise<void> {
    await this.page.fill(selector, value);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
