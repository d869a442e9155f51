import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PaymentMethodsService } from '../../../src/customers/payment-methods.service.js';
import { TopUpEngine } from '../../../src/top-ups/purchases/top-up-engine.js';
import { ScheduledTask } from '../../../src/top-ups/schedule/scheduled-task.js';
import { StripeStandIn } from '../../stripe-stand-in/stripe-stand-in.js';
import { createAccount, createTenant, type TestAccount, type TestTenant } from '../../support/accounts.js';
import { type ApiClient, withKey } from '../../support/api-client.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { connectStripe } from '../../support/stripe.js';
import { Visit } from '../support/browser-session.js';
import type { ConsoleScene } from '../support/console-scene.js';

const LOGO =
  'data:image/svg+xml;base64,' +
  btoa(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" rx="8" fill="#1a7f5a"/></svg>',
  );

/** With a service of its own, whose cards are Stripe's: customers pay on its pages. */
export function portalPages(scene: () => ConsoleScene): void {
  describe('the portal of a customer', () => {
    let stripe: StripeStandIn;
    let service: TestApp;
    let tenant: TestTenant;
    let client: ApiClient;
    let shop: Server;
    let shopUrl: string;
    beforeAll(async () => {
      stripe = await StripeStandIn.start();
      service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 4000 } });
      service.config.publicUrl = service.url;
      tenant = await createTenant(service);
      client = withKey(service, tenant.serverKey, tenant);
      await connectStripe(service, tenant, stripe.keys);
      let shown = '';
      shop = createServer((request, response) => {
        if (request.method === 'POST') request.on('data', (link) => (shown = String(link)));
        response.setHeader('Content-Type', 'text/html').end(`<title>Shop</title><iframe src="${shown}"></iframe>`);
      }).listen(0, '127.0.0.1');
      await once(shop, 'listening');
      shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
      const value = {
        display_name: 'Acme Scans',
        accent_color: '#1a7f5a',
        logo: LOGO,
        allowed_origins: [shopUrl],
        purchases_per_day: 3,
      };
      await client.put('/v1/settings/portal', { value }).expect(200);
    });
    afterAll(async () => {
      shop.close();
      await service.close();
      await stripe.close();
    });

    const linkOf = async ({ externalId }: TestAccount, rights = 'manage'): Promise<string> =>
      (await client.get(`/v1/customers/portal/${externalId}?rights=${rights}`).expect(200)).body.url as string;
    async function come(account: TestAccount, rights?: string): Promise<Visit> {
      const visit = await Visit.begin(scene().browser, service.url);
      await visit.page.goto(await linkOf(account, rights));
      await visit.page.getByRole('heading', { name: 'Acme Scans' }).waitFor();
      return visit;
    }
    /** Its pages are of another host, and have no icon. */
    const ofStripe = (): RegExp => new RegExp(stripe.url.replaceAll('.', String.raw`\.`));
    async function settle(): Promise<void> {
      service.clock.advance(61_000);
      await service.get(ScheduledTask).run();
      await service.get(TopUpEngine).idle();
    }

    it('leads from the link to a bought pack, by a page of Stripe’s, and to automatic top-up with its card', async () => {
      const account = await createAccount(service, tenant, null);
      const visit = await come(account);
      const { page } = visit;
      await page.getByText('You have no credits yet.').waitFor();
      await page.getByRole('button', { name: 'Buy 100 credits' }).click();
      const dialog = page.getByRole('dialog', { name: 'Buy 100 credits' });
      await dialog.getByText('In all, taxes included').waitFor();
      await dialog.getByLabel('Save the card for later purchases').check();
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Go on to pay 99.00 USD' }).click();
      await page.locator('#submit').click();
      await page.getByText('Thank you. The credits are added').waitFor();
      visit.forgive(ofStripe());
      expect(page.url()).not.toMatch(/back=|cps_/);
      await settle();
      await page.getByRole('cell', { name: 'succeeded' }).waitFor();
      await page.getByText('Visa •••• 4242').first().waitFor();
      await page.getByRole('button', { name: 'Show the numbers' }).waitFor();
      expect(stripe.books.paidCharges().map(({ amountMinor }) => amountMinor)).toContain(9900);

      await page.getByRole('button', { name: 'Switch on' }).click();
      const agreement = page.getByRole('dialog', { name: 'Automatic top-up' });
      await agreement.getByLabel('Buy').selectOption('pack_10');
      await agreement.getByText('There is no limit for a month.').waitFor();
      await visit.expectGood();
      await agreement.getByRole('button', { name: 'Agree to 11.00 USD a purchase' }).click();
      await page.getByText('Buys 10 credits when something needs more credits than are left.').waitFor();
      const { body } = await client.get(`/v1/customers/${account.customerId}/consents`).expect(200);
      expect(body.items[0]).toMatchObject({ portal_session_id: expect.stringMatching(/^session_/) });

      await page.getByRole('button', { name: 'Buy 10 credits' }).click();
      await page.getByRole('button', { name: 'Pay 11.00 USD' }).click();
      await page.getByText('Bought 10 credits').waitFor();
      await page.getByText('110', { exact: true }).first().waitFor();
      for (const [button, file] of [
        [/^Save the PDF of invoice/, /\.pdf$/],
        ['Save all as CSV', /^credits-usage\.csv$/],
      ] as const) {
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: button }).first().click();
        expect((await saved).suggestedFilename()).toMatch(file);
      }
      await visit.expectGood();

      await page.getByRole('button', { name: 'Buy 10 credits' }).click();
      await page.getByRole('button', { name: 'Pay 11.00 USD' }).click();
      await page.getByText('110', { exact: true }).first().waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Buy 10 credits' }).click();
      await page.getByRole('button', { name: 'Pay 11.00 USD' }).click();
      await page.getByText('There can be 3 purchases in 24 hours').waitFor();
      visit.forgive(/409/);
      await page.getByRole('button', { name: 'Cancel' }).click();

      await client.delete(`/v1/customers/portal/${account.externalId}`).expect(204);
      await page.getByRole('button', { name: 'Save all as CSV' }).click();
      await page.getByText('This link has ended').waitFor();
      visit.forgive(/401/);
      await visit.expectGood();
      await visit.end();
    });

    it('leads a card’s holder to the page on which they confirm, and lets them take back or change what they pay with', async () => {
      const account = await createAccount(service, tenant, null);
      await service.get(PaymentMethodsService).replace(tenant, account.customerId, 'pm_card_authenticationRequired');
      const visit = await come(account);
      const { page } = visit;
      await page.getByRole('button', { name: 'Buy 10 credits' }).click();
      await page.getByRole('button', { name: 'Pay 11.00 USD' }).click();
      const opened = visit.context.waitForEvent('page');
      await page.getByRole('link', { name: 'Go on to the payment' }).click();
      const payment = await opened;
      await payment.locator('#confirm').click();
      await payment.frameLocator('iframe').locator('#complete').click();
      await payment.locator('body[data-status=paid]').waitFor();
      await payment.close();
      await page.getByRole('cell', { name: 'succeeded' }).waitFor();
      await page.getByRole('link', { name: 'Go on to the payment' }).waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Replace the card' }).click();
      await page.locator('#submit').click();
      await page.getByText('Your card is saved').waitFor();
      await page.getByText('Visa •••• 4242').first().waitFor();
      visit.forgive(ofStripe());
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByRole('button', { name: 'Remove Visa •••• 4242' }).click();
      await page.getByText('There is no card on file.').waitFor();
      await page.getByRole('button', { name: 'Buy 10 credits' }).click();
      await page.getByRole('button', { name: 'Go on to pay 11.00 USD' }).click();
      await page.locator('#cancel').click();
      await page.getByText('Nothing was paid.').waitFor();
      await page.getByRole('button', { name: 'Take it back' }).click();
      await page.getByRole('button', { name: 'Do not buy 10 credits' }).click();
      await page.getByText('The purchase was taken back').waitFor();
      visit.forgive(ofStripe());
      await visit.expectGood();
      await visit.end();
    });

    it('says what the seller’s rule buys, beside what the customer has agreed to', async () => {
      const account = await createAccount(service, tenant);
      const wallet = { customer_id: account.customerId, currency: 'usd', initial_credits_to_load: '50' };
      const { body } = await client.post('/v1/wallets', wallet).expect(200);
      const rule = { enabled: true, threshold: '10', amount: '20', invoicing: false };
      await client.put(`/v1/wallets/${body.id}`, { auto_topup: rule }).expect(200);
      const visit = await come(account);
      const { page } = visit;
      await page.getByText('Buys 20 credits for 20.00 USD when 10 credits or fewer are left').waitFor();
      await page.getByText('Set up by Acme Scans: ask there to change it.').waitFor();
      await page.getByText('You have agreed to nothing else.').waitFor();
      expect(await page.getByText('nothing is bought').count()).toBe(0);
      await visit.expectGood();
      await visit.end();
    });

    it('shows who may only look everything and no button, in the frame of a page that may have it and of no other', async () => {
      const account = await createAccount(service, tenant, null);
      const wallet = { customer_id: account.customerId, currency: 'usd', initial_credits_to_load: '1234567.5' };
      await client.post('/v1/wallets', wallet).expect(200);
      const visit = await come(account, 'view');
      const { page } = visit;
      await page.getByText('1,234,567.5', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'Show the numbers' }).waitFor();
      expect(await page.getByRole('button').allTextContents()).toEqual(['Show the numbers', 'Save all as CSV']);
      await visit.expectGood();
      await visit.end();

      const link = await linkOf(account, 'view');
      const framed = await Visit.begin(scene().browser, shopUrl);
      await fetch(shopUrl, { method: 'POST', body: link });
      await framed.open('/');
      await framed.page.frameLocator('iframe').getByRole('heading', { name: 'Acme Scans' }).waitFor();
      await fetch(shopUrl, { method: 'POST', body: link.replace(/\?[^#]*/, '') });
      await framed.open('/');
      await framed.page.waitForLoadState('networkidle');
      expect(framed.faults.join(' ')).toContain('frame-ancestors');
      await framed.end();
    });
  });
}
