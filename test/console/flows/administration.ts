import { withKey } from '../../support/api-client.js';
import type { Visit } from '../support/browser-session.js';
import type { ConsoleScene } from '../support/console-scene.js';

const SECRET = /whsec_[A-Za-z0-9+/=]{20,}/;

export function administration(scene: () => ConsoleScene): void {
  describe('looking after an environment', () => {
    it('sends events to an endpoint, shows what was answered, and sends them again', async () => {
      const { client, service } = scene();
      const visit = await scene().visitAs(scene().owner, '/webhooks/endpoints');
      const { page } = visit;
      await page.getByRole('button', { name: 'New endpoint' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill('nowhere');
      await dialog.getByRole('button', { name: 'Create endpoint' }).click();
      await dialog.locator('[name="url"][aria-invalid="true"]').waitFor();
      visit.forgive(/400/);
      await dialog.getByLabel('Address').fill(`${service.url}/health`);
      await dialog.getByLabel('What it is for').fill('Billing');
      await dialog.getByLabel('Events').selectOption({ label: 'Only those that I choose' });
      await dialog.getByRole('checkbox', { name: /^wallet\.created/ }).check();
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Create endpoint' }).click();
      const secret = await secretIn(visit);
      await page.getByRole('link', { name: `${service.url}/health` }).click();
      await page.getByRole('heading', { name: 'Billing' }).waitFor();
      await visit.expectGood();
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByRole('button', { name: 'Enable' }).click();
      await page.getByRole('button', { name: 'New secret' }).click();
      await dialog.getByRole('button', { name: 'Make a new secret' }).click();
      expect(await secretIn(visit)).not.toBe(secret);

      const customer = (await client.post('/v1/customers', { external_id: 'globex', name: 'Globex' }).expect(201)).body;
      const body = { customer_id: customer.id, currency: 'usd' };
      const wallet = (await client.post('/v1/wallets', body).expect(200)).body as { id: string };
      await visit.open(`/console/webhooks?wallet=${wallet.id}`);
      await page.getByRole('cell', { name: 'delivered' }).waitFor();
      await page.getByRole('link', { name: 'wallet.created' }).click();
      await dialog.getByText('answered 200').waitFor();
      expect(await dialog.getByRole('region', { name: 'The body' }).textContent()).toContain(wallet.id);
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Send again' }).click();
      await page.getByText('Sent again: 1 delivery queued').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await visit.open('/console/webhooks/endpoints');
      await page.getByRole('link', { name: `${service.url}/health` }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete endpoint' }).click();
      await page.getByText('Nothing is sent anywhere yet.').waitFor();
      await visit.expectGood();
      await visit.end();
    });

    it('sells a pack at a price that was typed, and gives out a coupon for it', async () => {
      const visit = await scene().visitAs(scene().owner, '/packs');
      const { page } = visit;
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'New pack' }).click();
      await dialog.getByLabel('Name').fill('Large');
      await dialog.getByLabel('Credits').fill('1000');
      await dialog.getByLabel('Price').fill('1,234.567');
      await dialog.getByLabel('Your own id').fill('pack_large');
      await dialog.getByRole('button', { name: 'Put on sale' }).click();
      await dialog.getByText('must be an amount in USD, with up to 2 decimals').waitFor();
      await dialog.getByLabel('Price').fill('1,234.5');
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Put on sale' }).click();
      await page.getByRole('row', { name: /Large.*on sale.*1,000.*1,234\.50 USD/ }).waitFor();
      await visit.expectGood();

      await page.getByRole('link', { name: 'Coupons' }).click();
      await page.getByRole('button', { name: 'New coupon' }).click();
      await dialog.getByLabel('Name').fill('Welcome');
      await dialog.getByLabel('Code').fill('WELCOME10');
      await dialog.getByLabel('Whole percent').fill('10');
      await dialog.getByLabel('Uses of each account').fill('1');
      await dialog.getByRole('checkbox', { name: 'Large' }).check();
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Give out' }).click();
      await page.getByRole('row', { name: /WELCOME10.*10 %.*pack_large.*0 \(1 each\)/ }).waitFor();
      await page.getByLabel('Part of a name').fill('nobody');
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByText('No coupon has “nobody” in its name.').waitFor();
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByRole('button', { name: 'Withdraw WELCOME10' }).click();
      await dialog.getByRole('button', { name: 'Withdraw WELCOME10' }).click();
      await page.getByRole('cell', { name: 'withdrawn' }).waitFor();
      await visit.expectGood();

      await page.getByRole('link', { name: 'Packs' }).click();
      await page.getByRole('button', { name: 'Take off sale: Large' }).click();
      await dialog.getByText('1,000 credits for 1,234.50 USD').waitFor();
      await dialog.getByRole('button', { name: 'Take off sale' }).click();
      await page.getByText('Large is not sold any more').waitFor();
      expect(visit.faults).toEqual([]);
      await visit.end();
    });

    it('has a form for every setting, and a way back to its default', async () => {
      const { client } = scene();
      const visit = await scene().visitAs(scene().owner, '/settings');
      const { page } = visit;
      await page.getByText(/each other key: 500 a second/).waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Fee', exact: true }).click();
      await page.getByLabel('How it is taken').selectOption('added');
      await page.getByLabel('Percent of the price').fill('2.9');
      await page.getByRole('button', { name: 'Add a fixed amount' }).click();
      await page.getByLabel('Currency', { exact: true }).fill('USD');
      await page.getByLabel('Amount', { exact: true }).fill('0.305');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('must be an amount in USD, with up to 2 decimals').waitFor();
      await page.getByLabel('Amount', { exact: true }).fill('0.3');
      await page.getByLabel('Percent of the price').fill('90');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('must be at most 50').waitFor();
      visit.forgive(/400/);
      await page.getByLabel('Percent of the price').fill('2.9');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'History' }).waitFor();
      const { value } = (await client.get('/v1/settings/top_up_fee').expect(200)).body as { value: object };
      expect(value).toEqual({ mode: 'added', percent: '2.9', fixed_minor: { usd: 30 } });
      await visit.expectGood();
      await page.getByRole('link', { name: 'History' }).click();
      await page.getByRole('row', { name: /changed a setting top_up_fee/ }).waitFor();
      await visit.expectGood();
      await page.goBack();
      await page.getByRole('button', { name: 'Back to the default' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Back to the default' }).click();
      await page.getByText('This is the default.').waitFor();

      await visit.open('/console/settings/bonus_credits_topup_config');
      await page.getByLabel('Purchases come with a bonus').check();
      await page.getByRole('button', { name: 'Add a step' }).click();
      await page.getByLabel('From credits').fill('100');
      await page.getByLabel('Bonus', { exact: true }).fill('5.5');
      await visit.expectGood();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'History' }).waitFor();
      await page.getByRole('link', { name: 'All settings' }).click();
      await page.getByText('5.5 % from 100 credits on').waitFor();
      for (const key of SETTINGS) {
        await visit.open(`/console/settings/${key}`);
        await page.getByRole('button', { name: 'Save' }).waitFor();
        if (key === 'payments') await expectNoConnections(visit);
        await visit.expectGood();
      }
      await client.delete('/v1/settings/bonus_credits_topup_config').expect(204);
      await visit.end();
    });

    it('makes and revokes keys, invites people, makes environments, and says who did what', async () => {
      const visit = await scene().visitAs(scene().owner, '/keys');
      const { page } = visit;
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'New key' }).click();
      await dialog.getByLabel('What it is for').fill('Reports');
      await dialog.getByLabel('May do').selectOption({ label: 'Only what I choose' });
      await dialog.getByRole('checkbox', { name: 'Wallets: see' }).check();
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'Make key' }).click();
      const key = await dialog.locator('code').first().textContent();
      await visit.expectGood();
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      const reports = withKey(scene().service, key as string, scene().client.scope);
      await reports.get('/v1/wallets').expect(200);
      await reports.get('/v1/customers').expect(403);
      await page.getByRole('row', { name: /Reports.*server.*wallets: see/ }).waitFor();
      await visit.expectGood();
      await page.getByRole('button', { name: 'Revoke Reports' }).click();
      await dialog.getByRole('button', { name: 'Revoke Reports' }).click();
      await page.getByText('Revoked Reports', { exact: true }).waitFor();
      await reports.get('/v1/wallets').expect(401);

      await page.getByLabel('Environment').selectOption('Production');
      await page.waitForURL(({ pathname }) => !pathname.endsWith('/keys'));
      await page.getByRole('link', { name: 'Users' }).click();
      await page.getByRole('button', { name: 'Invite' }).click();
      await dialog.getByLabel('Their e-mail address').fill('grace@acme.example');
      await dialog.getByRole('button', { name: 'Make the link' }).click();
      await dialog.getByText(`${scene().service.url}/invitation#inv_`).waitFor();
      await dialog.getByRole('button', { name: 'I have copied it' }).click();
      await page.getByRole('button', { name: 'Withdraw the invitation of grace@acme.example' }).click();
      await dialog.getByRole('button', { name: 'Withdraw' }).click();
      await page.getByRole('cell', { name: 'revoked' }).waitFor();
      await visit.expectGood();

      await page.getByRole('link', { name: 'Environments' }).click();
      await page.getByRole('button', { name: 'Rename Production' }).click();
      await dialog.getByLabel('Name').fill('Live');
      await dialog.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('row', { name: /Live you are here production/ }).waitFor();
      await visit.expectGood();
      await page.getByRole('button', { name: 'Rename Live' }).click();
      await dialog.getByLabel('Name').fill('Production');
      await dialog.getByRole('button', { name: 'Rename' }).click();

      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByRole('listitem').filter({ hasText: 'name Live → Production' }).waitFor();
      await page.getByLabel('Done').selectOption({ label: 'invited somebody' });
      await page.getByText('grace@acme.example', { exact: true }).first().waitFor();
      await visit.expectGood();
      await page.getByRole('link', { name: 'Company' }).click();
      await page.getByLabel('City').fill('Springfield');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      await visit.expectGood();
      await visit.end();
    });

    it('lets a person change their password, and shows them no more than they may', async () => {
      const finance = await scene().users.user('finance', 'development');
      const visit = await scene().visitAs(finance, '/account');
      const { page } = visit;
      await page.getByLabel('Your password now').fill('not that one at all');
      await page.getByLabel('New password', { exact: true }).fill('a horse of another colour');
      await page.getByLabel('New password again').fill('a horse of another color');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('is not the same as the new password').waitFor();
      await visit.expectGood();
      expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents()).not.toEqual(
        expect.arrayContaining(['API keys', 'Audit log']),
      );
      await visit.open('/console/settings/wallets');
      await page.getByText('This is the default.').waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
      expect(await page.getByRole('checkbox').isDisabled()).toBe(true);
      await visit.end();
    });
  });
}

const SETTINGS = [
  'payments',
  'credits',
  'invoice_config',
  'wallet_balance_alert_config',
  'wallets',
  'rate_limits',
  'portal',
] as const;

/** What is not connected is a 404, which a browser complains of. */
async function expectNoConnections(visit: Visit): Promise<void> {
  for (const name of ['Connect Stripe', 'Connect Your billing system']) {
    await visit.page.getByRole('button', { name }).waitFor();
  }
  visit.forgive(/404/);
}

/** It is shown once: whoever closes it has it, or has none. */
async function secretIn({ page }: Visit): Promise<string> {
  const dialog = page.getByRole('dialog');
  const shown = dialog.getByText(SECRET);
  await shown.waitFor();
  const secret = SECRET.exec((await shown.textContent()) as string)?.[0] as string;
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await dialog.waitFor({ state: 'detached' });
  return secret;
}
