import type { Page } from 'playwright-core';
import { TopUpEngine } from '../../../src/top-ups/purchases/top-up-engine.js';
import type { Visit } from '../support/browser-session.js';
import type { ConsoleScene } from '../support/console-scene.js';

const DAY_MS = 86_400_000;
const RULE = { enabled: true, threshold: 10, amount: 50, invoicing: false };

interface Bought {
  customerId: string;
  walletId: string;
}

export function moneyPages(scene: () => ConsoleScene): void {
  describe('the overview, and money on its way', () => {
    let umbrella: Bought;
    let visit: Visit;
    let page: Page;

    beforeAll(async () => {
      umbrella = await seed(scene());
    });
    beforeEach(async () => {
      visit = await scene().visitAs(scene().owner);
      ({ page } = visit);
      // Days of the overview end today, which is the service's for once.
      await page.clock.setFixedTime(scene().service.clock.now());
    });
    afterEach(() => visit.end());

    it('shows first what needs a person, and leads to it', async () => {
      await visit.open('/console');
      await page.waitForURL(/\/overview$/);
      const failed = page.getByRole('region', { name: 'Top-up failed in this period' });
      await failed.getByRole('link', { name: 'Cyberdyne' }).waitFor();
      await page.getByRole('region', { name: 'Automatic top-up is paused' }).waitFor();
      await page.getByRole('region', { name: 'The cardholder has to confirm' }).waitFor();
      await page.getByText('Credits spent each day').first().waitFor();
      await visit.expectGood();
      await page.getByLabel('Period', { exact: true }).selectOption('7');
      await page.waitForURL(/days=7/);
      await page.getByRole('button', { name: 'Show the numbers' }).first().click();
      await page.getByRole('region', { name: 'Credits spent each day' }).getByText('7.25').first().waitFor();

      await failed.getByRole('link', { name: 'Lost card' }).click();
      await page.getByRole('heading', { name: 'Top-up of 50 credits' }).waitFor();
      await page.getByText('It has failed, and no credits came of it').first().waitFor();
      await visit.expectGood();
    });

    it('finds anything by keyboard, on a phone as well', async () => {
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('umbrel');
      await page
        .getByRole('option', { name: /Umbrella/ })
        .first()
        .waitFor();
      await visit.expectGood();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/customers\/cust_/);

      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByLabel('Find anything').fill(umbrella.walletId);
      await page.getByRole('option').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/wallets/${umbrella.walletId}`));
    });

    it('follows a purchase from the list to its refund', async () => {
      await page.getByRole('link', { name: 'Top-ups', exact: true }).click();
      await page.getByLabel('State').selectOption('succeeded');
      await page.waitForURL(/status=succeeded/);
      await settled(page);
      await visit.expectGood();
      await page.getByLabel('Wallet id').fill(umbrella.walletId);
      await page.keyboard.press('Enter');
      await page.waitForURL(/wallet=/);
      await page.getByRole('link', { name: '50 credits' }).first().click();
      await page
        .getByRole('list', { name: /^The way it has gone/ })
        .getByText('Paid, and the credits are there')
        .waitFor();

      await page.getByRole('button', { name: 'Refund' }).click();
      await page.getByLabel('How much').selectOption('An amount');
      await page.getByLabel('Amount, USD').fill('90');
      await page.getByRole('button', { name: 'Refund 90.00 USD' }).click();
      await page.getByRole('dialog').locator('.fault, [role=alert]').waitFor();
      visit.forgive(/40\d/);
      await page.getByLabel('Amount, USD').fill('20');
      await page.getByLabel('Reason').fill('asked for it');
      await visit.expectGood();
      await page.getByRole('button', { name: 'Refund 20.00 USD' }).click();
      await page.getByRole('table', { name: 'Refunds' }).getByText('asked for it').waitFor();
      await visit.expectGood();
    });

    it('offers a waiting purchase’s link, and takes it back', async () => {
      await visit.open('/console/top-ups?status=requires_action');
      await page.getByRole('row', { name: /Wonka/ }).getByRole('link', { name: '50 credits' }).click();
      await page.getByRole('heading', { name: 'The cardholder has to confirm this payment' }).waitFor();
      await page.getByRole('button', { name: 'Cancel top-up' }).click();
      await page.getByRole('button', { name: 'Do not charge 50.00 USD' }).click();
      await page
        .getByText(/taken back/)
        .first()
        .waitFor();
      expect(visit.faults).toEqual([]);
    });

    it('lists transactions of all wallets, and gives spent credits back', async () => {
      await visit.open(`/console/transactions?type=debit&wallet=${umbrella.walletId}`);
      await page.getByRole('link', { name: 'Spent' }).first().waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Spent' }).first().click();
      await page.getByRole('table', { name: 'Lots' }).waitFor();
      await visit.expectGood();
      await page.getByRole('button', { name: 'Reverse' }).click();
      await page.getByLabel('Credits', { exact: true }).fill('1.5');
      await page.getByRole('button', { name: 'Give back 1.5 credits' }).click();
      await page.getByText('Gave back 1.5 credits').waitFor();
    });

    it('takes an invoice from owed to paid', async () => {
      await page.getByRole('link', { name: 'Invoices' }).click();
      await page.getByLabel('Payment').selectOption('PENDING');
      await page.waitForURL(/payment=PENDING/);
      await settled(page);
      await visit.expectGood();
      const number = page
        .getByRole('row', { name: /Umbrella/ })
        .getByRole('link', { name: /^INV/ })
        .first();
      await number.click();
      await page.getByRole('button', { name: 'Void' }).waitFor();
      const pdf = await page.getByRole('link', { name: 'PDF' }).getAttribute('href');
      expect((await page.request.get(scene().service.url + pdf)).headers()['content-type']).toBe('application/pdf');
      await page.getByRole('button', { name: 'Record payment' }).click();
      await page.getByLabel('Reference').fill('bank-42');
      await page.getByRole('button', { name: 'Record 30.00 USD' }).click();
      await page.getByRole('table', { name: 'Payments' }).getByText('bank-42').waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Payments' }).click();
      await page.getByText('bank-42').waitFor();
      await visit.expectGood();
    });

    it('compares the books when asked', async () => {
      await visit.open('/console/reconciliation');
      await page.getByRole('button', { name: 'Compare the last seven days now' }).click();
      await page.getByRole('table', { name: 'Comparisons' }).getByText('By hand').first().waitFor();
      await visit.expectGood();
    });
  });
}

/** What is shown is what was asked for last: until then it is pale. */
async function settled(page: Page): Promise<void> {
  await page.locator('table[aria-busy="false"]').waitFor();
}

/** Some days of spending, and one customer for each thing that can happen to a purchase. */
async function seed(scene: ConsoleScene): Promise<Bought> {
  const { client, service } = scene;
  const now = service.clock.now().getTime();
  service.clock.set(new Date(now - 6 * DAY_MS));
  const umbrella = await newWallet(scene, 'Umbrella', 'pm_sandbox_approve', '60');
  for (const credits of ['7.25', '12', '3.5', '20', '9']) {
    await debit(scene, umbrella, credits);
    service.clock.advance(DAY_MS);
  }
  service.clock.set(new Date(now));
  const invoiced = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: '30' };
  await client.post(`/v1/wallets/${umbrella.walletId}/top-up`, invoiced).expect(200);
  await newWallet(scene, 'Stark', 'pm_sandbox_decline', '5');
  await newWallet(scene, 'Cyberdyne', 'pm_sandbox_decline_hard', '5');
  await newWallet(scene, 'Wonka', 'pm_sandbox_requires_action', '5');
  await service.get(TopUpEngine).idle();
  return umbrella;
}

async function newWallet(
  { client, service }: ConsoleScene,
  name: string,
  token: string,
  credits: string,
): Promise<Bought> {
  const customer = await client.post('/v1/customers', { external_id: name.toLowerCase(), name }).expect(201);
  const { id: customerId } = customer.body as { id: string };
  await client.post(`/v1/customers/${customerId}/payment-methods`, { token }).expect(201);
  const opened = { customer_id: customerId, currency: 'usd', initial_credits_to_load: credits };
  const { id: walletId } = (await client.post('/v1/wallets', opened).expect(200)).body as { id: string };
  await client.put(`/v1/wallets/${walletId}`, { auto_topup: RULE }).expect(200);
  await service.get(TopUpEngine).idle();
  return { customerId, walletId };
}

async function debit({ client, service }: ConsoleScene, { walletId }: Bought, credits: string): Promise<void> {
  const spent = { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `umbrella-${credits}` };
  await client.post(`/v1/wallets/${walletId}/debit`, spent).expect(200);
  await service.get(TopUpEngine).idle();
}
