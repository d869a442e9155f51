import { type Browser, chromium } from 'playwright-core';
import { BROWSER_PATH } from './browser.js';

/** @throws where the machine has no Chromium */
export async function launchBrowser(): Promise<Browser> {
  if (BROWSER_PATH === undefined)
    throw new Error('REQUIRE_BROWSER is set, and no Chromium was found: set CHROMIUM_PATH');
  return chromium.launch({
    executablePath: BROWSER_PATH,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
