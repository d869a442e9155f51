import { EntityManager } from '@mikro-orm/postgresql';
import { TopUpEngine } from '../../../src/top-ups/purchases/top-up-engine.js';
import { expectSoundLedger } from '../../support/invariants.js';
import type { Visit } from '../support/browser-session.js';
import type { ConsoleScene } from '../support/console-scene.js';

const RULE = { enabled: true, threshold: '30', amount: '50', invoicing: false };

export function walletPages(scene: () => ConsoleScene): void {
  describe('the pages of a wallet', () => {
    let customerId: string;
    let walletId: string;
    let visit: Visit;
    const at = (tab = '') => visit.open(`/console/wallets/${walletId}${tab}`);
    const press = (name: string) => visit.page.getByRole('button', { name, exact: true }).click();
    const dialog = () => visit.page.getByRole('dialog');
    const told = (words: string) => visit.page.getByRole('status').getByText(words).waitFor();

    beforeAll(async () => {
      ({ customerId, walletId } = await seed(scene()));
      visit = await scene().visitAs(scene().owner);
    });
    afterAll(async () => {
      await visit.end();
      await scene().service.get(TopUpEngine).idle();
      await expectSoundLedger(scene().service.get(EntityManager));
    });

    it('show first what there is, for how long, and the rule in words', async () => {
      const { page } = visit;
      await visit.open('/console/wallets?name=Scans');
      await page.getByRole('link', { name: 'Scans' }).click();
      await page.getByRole('heading', { name: 'Scans' }).waitFor();
      await page
        .getByText('Buys 50 credits for 50.00 USD when 30 credits or fewer are left', { exact: false })
        .waitFor();
      await page.getByText('Did not buy: balance was low').waitFor();
      await visit.expectGood();
    });

    it('say why it did not buy, what another rule would do, and that it did', async () => {
      const { page } = visit;
      await page.getByRole('link', { name: 'Automatic top-up' }).click();
      await page.getByText('The monthly cap of 49.00 USD', { exact: false }).waitFor();
      await visit.expectGood();
      await press('Change');
      await dialog().getByText('It does not buy: the monthly cap of 49.00 USD', { exact: false }).waitFor();
      await dialog().getByLabel('At most so much a month, USD').fill('nothing');
      await dialog().getByText('That cannot be saved as it stands.').waitFor();
      visit.forgive(/400/);
      await dialog().getByLabel('At most so much a month, USD').fill('500');
      await dialog().getByText('It buys 50 credits for 50.00 USD').waitFor();
      await visit.expectGood();
      await press('Save, and buy 50 credits for 50.00 USD');
      await told('Saved the rule');
      await scene().service.get(TopUpEngine).idle();
      await page.reload();
      await page.getByText('Bought: balance was low').waitFor();
    });

    it('send the money of a purchase back, its credits first', async () => {
      const { page } = visit;
      await at('/top-ups');
      await page.getByText('succeeded').waitFor();
      await visit.expectGood();
      await press('Refund');
      await press('Refund what is unspent, up to 50.00 USD');
      await told('50.00 USD');
      await scene().service.get(TopUpEngine).idle();
      await at('/rule');
      await page.getByText('It buys nothing until somebody resumes it', { exact: false }).waitFor();
    });

    it('grant, refuse to spend what is not there, and give a debit back', async () => {
      const { page } = visit;
      await at('/transactions');
      await press('Add credits');
      await dialog().getByLabel('Credits', { exact: true }).fill('12.345');
      await dialog().getByText('Worth 12.345 USD').waitFor();
      await dialog().getByLabel('Priority').fill('2');
      await dialog().getByLabel('Reference (optional)').fill('ticket-4711');
      await press('Grant 12.345 credits');
      await told('12.345 credits added');
      await page.getByText('+12.345').waitFor();
      await press('Debit');
      await dialog().getByLabel('Credits', { exact: true }).fill('999999');
      await press('Debit 999,999 credits');
      await dialog().getByRole('alert').waitFor();
      visit.forgive(/402/);
      await press('Cancel');
      await visit.expectGood();
      const row = page.getByRole('row').filter({ hasText: 'Scan of a repository' }).first();
      await row.getByRole('button', { name: 'Reverse' }).click();
      await dialog().getByLabel('Credits', { exact: true }).fill('5');
      await press('Give back 5 credits');
      await told('Reversed 5 credits');
      const statement = await page.getByRole('link', { name: 'Statement as CSV' }).getAttribute('href');
      const csv = await page.evaluate(async (href) => (await fetch(href)).text(), statement ?? '');
      expect(csv).toContain('12.345');
    });

    it('show credits in the order in which they are spent, and on what; and what is on hold', async () => {
      const { page } = visit;
      await at('/credits');
      const lots = page.locator('.lot');
      await lots.first().waitFor();
      expect(await lots.first().textContent()).toContain('priority 1');
      await page.getByRole('button', { name: 'What it was spent on' }).first().click();
      await page.getByText('Scan of a repository').first().waitFor();
      await visit.expectGood();
      await at('/holds');
      await page.getByText('A long scan').waitFor();
      await visit.expectGood();
      await press('Capture');
      await dialog().getByLabel('Credits', { exact: true }).fill('6');
      await press('Charge 6 credits');
      await told('Charged 6 credits');
      await page.getByText('captured', { exact: true }).waitFor();
    });

    it('change what it is called and when somebody is told, and say what closing it would take', async () => {
      const { page } = visit;
      await at('/settings');
      await page.getByLabel('Name', { exact: true }).fill('All scans');
      await press('Add a value');
      await page.getByLabel('Key', { exact: true }).fill('plan');
      await page.getByLabel('Value', { exact: true }).fill('gold');
      await press('Save');
      await page.getByRole('heading', { name: 'All scans' }).waitFor();
      await page.getByLabel('Critical, credits').fill('20');
      await page.getByLabel('Warning, credits').fill('40');
      await press('Save alerts');
      await told('Saved the alerts');
      await visit.expectGood();
      await press('Terminate');
      await dialog().getByText('They are taken, and no money is refunded.', { exact: false }).waitFor();
      await press('Cancel');
      await press('Freeze');
      await dialog().getByRole('button', { name: 'Freeze' }).click();
      await page.getByText('frozen', { exact: true }).waitFor();
    });

    it('and those of their customer: wallets, invoices, cards, consents, the link to the portal', async () => {
      const { page } = visit;
      await visit.open(`/console/customers/${customerId}`);
      await page.getByRole('link', { name: /scans/i }).waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Invoices' }).last().click();
      await page
        .getByRole('link', { name: /as PDF/ })
        .first()
        .waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Cards' }).click();
      await page.getByText('charged first').waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Consents' }).click();
      await page.getByText('Nothing was agreed to yet.').waitFor();
      await page.getByRole('link', { name: 'Details' }).click();
      await page.getByText('Time zone').waitFor();
      await visit.expectGood();
      await press('Portal');
      await press('Make a link');
      await dialog().locator('code').waitFor();
      expect(await dialog().locator('code').textContent()).toContain('/v1/customer/portal');
      await press('Close');
      await page.getByRole('link', { name: 'Wallets' }).last().click();
      await press('New wallet');
      await dialog().getByLabel('Name (optional)').fill('Second');
      await dialog().getByLabel('Currency, three letters').fill('eur');
      await dialog().getByLabel('Free credits to start with').fill('7');
      await visit.expectGood();
      await press('Make it, and grant 7 credits');
      await page.getByRole('heading', { name: 'Second' }).waitFor();
    });

    it('offer nothing that moves credits to who may only read', async () => {
      const reader = await scene().users.user('read_only', 'development');
      const other = await scene().visitAs(reader, `/wallets/${walletId}/transactions`);
      await other.page.getByText('Scan of a repository').first().waitFor();
      const words = await other.page.getByRole('main').getByRole('button').allTextContents();
      expect(words.filter((word) => /credits|debit|hold|reverse|transfer/i.test(word))).toEqual([]);
      await other.end();
    });
  });
}

/** A customer whose rule has not bought, since the month's money is not enough for it. */
async function seed({ client, service }: ConsoleScene): Promise<{ customerId: string; walletId: string }> {
  const customer = await client.post('/v1/customers', { external_id: 'tyrell', name: 'Tyrell' }).expect(201);
  const { id: customerId } = customer.body as { id: string };
  const body = { customer_id: customerId, currency: 'usd', name: 'Scans', initial_credits_to_load: '100' };
  const { id: walletId } = (await client.post('/v1/wallets', body).expect(200)).body as { id: string };
  const path = `/v1/wallets/${walletId}`;
  const expiry = new Date(service.clock.now().getTime() + 30 * 86_400_000).toISOString();
  await client
    .post(`${path}/top-up`, {
      transaction_reason: 'PURCHASED_CREDIT_DIRECT',
      credits_to_add: '40',
      priority: 1,
      expiry_date_utc: expiry,
      idempotency_key: 'bought-1',
    })
    .expect(200);
  await client
    .post(`${path}/top-up`, { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: '500' })
    .expect(200);
  await client
    .post(`${path}/holds`, { credits: '20', description: 'A long scan', idempotency_key: 'hold-1' })
    .expect(201);
  await client.put(path, { auto_topup: RULE, top_up_limits: { max_per_hour: 3, monthly_amount: '49' } }).expect(200);
  for (const credits of ['18.5', '22', '30', '24.5']) {
    const debit = { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', description: 'Scan of a repository' };
    await client.post(`${path}/debit`, { ...debit, idempotency_key: `debit-${credits}` }).expect(200);
  }
  return { customerId, walletId };
}
