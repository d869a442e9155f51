import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { TenantsService } from '../src/auth/tenants.service.js';
import { AuditLog } from '../src/auth/audit/audit-log.js';
import { SettingsService } from '../src/settings/settings.service.js';
import type { Scope } from '../src/shared/scope.js';
import { startTestApp, type TestApp } from './support/app.js';

describe('settings', () => {
  let app: TestApp;
  let scope: Scope;
  let key: string;

  beforeAll(async () => {
    app = await startTestApp();
    scope = await newScope('development');
    key = await newKey(scope);
  });
  afterAll(() => app.close());

  async function newScope(type: 'development' | 'production'): Promise<Scope> {
    const tenant = await app.get(TenantsService).createTenant({ name: 'Acme' });
    const environment = await app.get(TenantsService).createEnvironment(tenant.id, { name: type, type });
    return { tenantId: tenant.id, environmentId: environment.id };
  }

  async function newKey(of: Scope): Promise<string> {
    return (
      await app.get(ApiKeysService).createApiKey(of, { name: 'test', scopes: ['settings:read', 'settings:write'] })
    ).plainKey;
  }

  const call = (method: 'get' | 'put' | 'delete', name: string, as = key) =>
    request(app.url)[method](`/v1/settings/${name}`).set('x-api-key', as);

  it('have a default until they are set, and again after they are deleted', async () => {
    const settings = app.get(SettingsService);
    const before = await call('get', 'wallets').expect(200);
    expect(before.body).toMatchObject({
      id: null,
      key: 'wallets',
      value: { manual_debit_overdraft: false },
      created_at: null,
    });
    expect(await settings.get(scope, 'wallets')).toEqual({ manual_debit_overdraft: false });

    const put = await call('put', 'wallets')
      .send({ value: { manual_debit_overdraft: true } })
      .expect(200);
    expect(put.body).toMatchObject({ id: expect.stringMatching(/^setting_/), value: { manual_debit_overdraft: true } });
    expect(put.body).toMatchObject({
      environment_id: scope.environmentId,
      tenant_id: scope.tenantId,
      status: 'published',
    });
    expect(await settings.get(scope, 'wallets')).toEqual({ manual_debit_overdraft: true });

    const again = await call('put', 'wallets').send({ value: {} }).expect(200);
    expect(again.body).toMatchObject({ id: put.body.id, created_at: put.body.created_at });
    expect((await call('get', 'wallets').expect(200)).body).toEqual(again.body);

    await call('delete', 'wallets').expect(204);
    await call('delete', 'wallets').expect(204);
    expect((await call('get', 'wallets')).body.id).toBeNull();
  });

  it('belong to one environment', async () => {
    const other = await newScope('production');
    await call('put', 'invoice_config')
      .send({ value: { auto_complete_purchased_credit_transaction: true } })
      .expect(200);
    const answer = await call('get', 'invoice_config', await newKey(other)).expect(200);
    expect(answer.body.value).toEqual({
      auto_complete_purchased_credit_transaction: false,
      taxes: [],
      seller: { name: '', address: [], tax_id: '' },
      due_days: 14,
    });
  });

  it('take effect within 5 s where somebody else changed them', async () => {
    const own = await newScope('development');
    const read = async () => (await app.get(SettingsService).get(own, 'credits')).purchase_validity_months;
    const elsewhere = new SettingsService(app.get(EntityManager), app.clock, app.config, app.get(AuditLog));
    expect(await read()).toBe(12);
    await elsewhere.put(own, 'credits', { purchase_validity_months: 6 });
    expect(await read()).toBe(12);
    app.clock.advance(4_999);
    expect(await read()).toBe(6);
  });

  it('charge the sandbox by default only in a development environment', async () => {
    const settings = app.get(SettingsService);
    expect(await settings.get(scope, 'payments')).toEqual({ provider: 'sandbox' });
    expect(await settings.get(await newScope('production'), 'payments')).toEqual({ provider: 'none' });
  });

  it.each(['nothing', 'constructor', 'a%00'])('are unknown by the name %s', async (name) => {
    const status = name === 'a%00' ? 400 : 404;
    await call('get', name).expect(status);
    await call('put', name).send({ value: {} }).expect(status);
    await call('delete', name).expect(status);
  });

  it.each([
    ['wallets', {}, 'value'],
    ['wallets', { value: null }, 'value'],
    ['wallets', { value: [] }, 'value'],
    ['wallets', { value: 'x' }, 'value'],
    ['wallets', { value: {}, more: 1 }, 'more'],
    ['wallets', { value: { manual_debit_overdraft: 1 } }, 'value.manual_debit_overdraft'],
    ['wallets', { value: { unknown: 1 } }, 'value.unknown'],
    ['payments', { value: { provider: 'stripe' } }, 'value.provider'],
    ['wallet_balance_alert_config', { value: { alert_enabled: true } }, 'value.alert_enabled'],
    [
      'wallet_balance_alert_config',
      { value: { critical: { threshold: 'x', condition: 'below' } } },
      'value.critical.threshold',
    ],
    ['bonus_credits_topup_config', { value: { slabs: [{}] } }, 'value.slabs.0.threshold'],
  ])('refuse %s = %j', async (name, body, path) => {
    const answer = await call('put', name).send(body).expect(400);
    expect(answer.body).toMatchObject({ code: 'validation_error' });
    expect(Object.keys(answer.body.details)).toContain(path);
  });
});
