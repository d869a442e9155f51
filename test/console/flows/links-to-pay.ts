import { StripeStandIn } from '../../stripe-stand-in/stripe-stand-in.js';
import { createAccount, createTenant, type TestTenant } from '../../support/accounts.js';
import { withKey } from '../../support/api-client.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { connectStripe } from '../../support/stripe.js';
import { Visit } from '../support/browser-session.js';
import type { ConsoleScene } from '../support/console-scene.js';

/** With a service of its own, whose cards are Stripe's. */
export function linksToPay(scene: () => ConsoleScene): void {
  describe('links that customers are sent', () => {
    let stripe: StripeStandIn;
    let service: TestApp;
    let tenant: TestTenant;
    beforeAll(async () => {
      stripe = await StripeStandIn.start();
      service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 4000 } });
      tenant = await createTenant(service);
      await connectStripe(service, tenant, stripe.keys);
    });
    afterAll(async () => {
      await service.close();
      await stripe.close();
    });

    it('lead to a page on which they pay, and to one on which they save a card', async () => {
      const { customerId } = await createAccount(service, tenant, null);
      const body = { customer_id: customerId, currency: 'usd', name: 'Scans' };
      const { id } = (await withKey(service, tenant.serverKey, tenant).post('/v1/wallets', body)).body as {
        id: string;
      };
      const visit = await Visit.begin(scene().browser, service.url);
      const { page } = visit;
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
      const dialog = page.getByRole('dialog');
      const shownLink = async () => (await dialog.locator('code').first().textContent()) ?? '';
      const fillAddresses = async () => {
        await dialog.getByLabel('Your page that they come back to', { exact: true }).fill('https://shop.example/paid');
        await dialog.getByLabel('Your page that they come back to without').fill('https://shop.example/credits');
      };
      await visit.open(`/console/wallets/${id}`);
      await press('Log in with a server key');
      await page.getByLabel('Server key').fill(tenant.serverKey);
      await press('Log in');
      await press('Link to pay');
      await dialog.getByLabel('Credits', { exact: true }).fill('50');
      await press('Make a link to 50 credits');
      await dialog.getByText('is required: where the customer comes back to').first().waitFor();
      visit.forgive(/400/);
      await fillAddresses();
      await visit.expectGood();
      await press('Make a link to 50 credits');
      await dialog.getByText('50.00 USD for 50 credits').waitFor();
      expect(await shownLink()).toContain(stripe.url);
      await press('Done');
      await visit.open(`/console/customers/${customerId}/cards`);
      await press('Link to save a card');
      await fillAddresses();
      await press('Make a link');
      await dialog.getByText('Good for 24 hours and one card').waitFor();
      await page.goto(await shownLink());
      await page.locator('#submit').waitFor();
      await visit.end();
    });
  });
}
