import { administration } from './flows/administration.js';
import { linksToPay } from './flows/links-to-pay.js';
import { loggingIn } from './flows/logging-in.js';
import { moneyPages } from './flows/money-pages.js';
import { portalLink } from './flows/portal-link.js';
import { walletPages } from './flows/wallet-pages.js';
import { portalPages } from './flows/portal-pages.js';
import { describeInBrowser } from './support/browser-session.js';
import { ConsoleScene } from './support/console-scene.js';

/** One service and one browser for all of them. */
describeInBrowser('the console, as a person sees it', () => {
  let scene: ConsoleScene;
  beforeAll(async () => {
    scene = await ConsoleScene.start();
  });
  afterAll(() => scene.close());

  for (const flow of [loggingIn, moneyPages, walletPages, administration, portalLink, linksToPay, portalPages])
    flow(() => scene);
});
