import { randomUUID } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { writeFileSync } from 'node:fs';
import { CustomersService } from '../src/customers/customers.service.js';
import { Invoice } from '../src/payments/invoice.entity.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const BUY = '/account/credits/top-up/';
const INVOICES = '/account/invoices/';

interface AccountInvoice {
  id: string;
  total: number;
}

describe('invoices of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 10_000 } });
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    tenant = await createTenant(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const buy = async (account: TestAccount, pack = 'pack_10'): Promise<AccountInvoice> =>
    (
      await call(service, account.key)
        .post(BUY)
        .set('Idempotency-Key', randomUUID())
        .send({ pack_id: pack })
        .expect(200)
    ).body as AccountInvoice;
  const list = async (account: TestAccount, query = '') =>
    (await call(service, account.key).get(`${INVOICES}${query}`).expect(200)).body as { results: AccountInvoice[] };
  const tax = (taxes: object[], rest: object = {}) =>
    service.get(SettingsService).put(tenant, 'invoice_config', { taxes, ...rest });

  it('are listed in pages, the latest first, and shown one by one', async () => {
    const account = await createAccount(service, tenant);
    expect(await list(account)).toEqual({ count: 0, page_total: 0, page: 1, length: 10, results: [] });
    const bought = [await buy(account), await buy(account, 'pack_100'), await buy(account)];
    const newestFirst = bought.toReversed();
    expect(await list(account)).toEqual({ count: 3, page_total: 1, page: 1, length: 10, results: newestFirst });
    expect(await list(account, '?page=2&length=2')).toMatchObject({ page_total: 2, results: [bought[0]] });
    expect((await list(account, '?ordering=-total')).results[0]).toEqual(bought[1]);
    const one = await call(service, account.key).get(`${INVOICES}${bought[1]?.id}/`).expect(200);
    expect(one.body).toEqual(bought[1]);
    const { body } = await call(service, account.key).get(`${INVOICES}?ordering=id`).expect(400);
    expect(body).toEqual({ ordering: ['Must be one of date, number, total.'] });
  });

  it('are nobody else’s', async () => {
    const [mine, theirs] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    const { id } = await buy(mine);
    for (const path of [`${INVOICES}${id}/`, `${INVOICES}${id}/pdf/`, `${INVOICES}inv_none/`]) {
      const { body } = await call(service, theirs.key).get(path).expect(404);
      expect(body).toEqual({ detail: 'Invoice not found.' });
    }
    expect((await list(theirs)).results).toEqual([]);
  });

  it('have numbers without gaps, however many accounts buy at once and whatever is declined', async () => {
    const cards = Array.from({ length: 12 }, (_, index) => (index % 4 === 0 ? 'pm_sandbox_decline' : undefined));
    const accounts = await Promise.all(cards.map((card) => createAccount(service, tenant, card)));
    const answers = await Promise.all(
      accounts.map(({ key }) => call(service, key).post(BUY).send({ pack_id: 'pack_10' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
    const { tenantId } = tenant;
    const invoices = await service
      .get(EntityManager)
      .fork()
      .find(Invoice, { tenantId }, { orderBy: { number: 'asc' } });
    expect(invoices.map(({ number }) => number)).toEqual(Array.from({ length: 9 }, (_, index) => index + 1));
  });

  it('show the taxes that the price includes: the total is what was charged', async () => {
    await tax([{ name: 'VAT', rate: '21' }]);
    const account = await createAccount(service, tenant);
    expect(await buy(account, 'pack_100')).toMatchObject({
      sub_total: 8182,
      total: 9900,
      amount_due: 9900,
      amount_paid: 9900,
      line_items: [{ quantity: 1, unit_amount: 8182, tax_amount: 1718, discount_amount: 0, amount: 9900 }],
      discounts: [],
      taxes: [{ tax_name: 'VAT', tax_rate: '21', tax_amount: 1718 }],
    });
  });

  it.each<[object, object]>([
    [{ taxes: [{ name: 'VAT', rate: '100.00001' }] }, { taxes: { 0: { rate: ['must be at most 100'] } } }],
    [
      { taxes: [{ name: 'VAT', rate: '1.000001' }] },
      { taxes: { 0: { rate: ['must have at most 5 decimal places'] } } },
    ],
    [{ taxes: [{ name: 'VAT', rate: '-1' }] }, { taxes: { 0: { rate: ['must not be negative'] } } }],
    [{ taxes: 1 }, { taxes: expect.anything() }],
    [{ seller: { name: 'a\u0000' } }, { seller: { name: expect.anything() } }],
    [{ seller: { address: 'Lisbon' } }, { seller: { address: expect.anything() } }],
  ])('are not made with %j', async (value, errors) => {
    const refused = service.get(SettingsService).put(tenant, 'invoice_config', value);
    await expect(refused).rejects.toMatchObject({ fields: { value: errors } });
  });

  it('keep seller and buyer as they were, and are PDF files', async () => {
    const seller = { name: 'Acme Scanners Ltd', address: ['1 Main Street', 'Lisboa'], tax_id: 'PT500' };
    await tax([{ name: 'VAT', rate: '23' }], { seller });
    const account = await createAccount(service, tenant);
    const customers = service.get(CustomersService);
    const name = `Grüße & Łódź ${'Very Long Company Name '.repeat(10)}日本`;
    const address = { address_line1: 'Rua São João 5', address_city: 'Porto', address_country: 'PT', tax_id: 'PT1' };
    await customers.update(tenant, account.customerId, { name, ...address });
    const { id } = await buy(account, 'pack_100');
    await customers.update(tenant, account.customerId, { name: 'New' });
    const stored = await service.get(EntityManager).fork().findOneOrFail(Invoice, { id });
    expect(stored.seller).toEqual({ name: seller.name, address: seller.address, taxId: 'PT500' });
    expect(stored.buyer).toEqual({ name, address: ['Rua São João 5', 'Porto', 'PT'], taxId: 'PT1' });
    const pdf = () => call(service, account.key).get(`${INVOICES}${id}/pdf/`).buffer(true).expect(200);
    const { body, headers } = await pdf();
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="INV-000001.pdf"',
    });
    const file = body as Buffer;
    expect(file.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await pdf()).body).toEqual(file);
    if (process.env['INVOICE_PDF']) writeFileSync(process.env['INVOICE_PDF'], file);
  });
});
