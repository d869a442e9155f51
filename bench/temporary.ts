// Until src/wallets exists. To be deleted.
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
const built = async (f: string): Promise<any> => import(new URL(`../dist/${f}`, import.meta.url).href);
const { RequireScope, CurrentCaller } = await built('auth/caller.js');
const { LedgerService } = await built('ledger/ledger.service.js');
const { Wallet } = await built('ledger/wallet.entity.js');
const { Idempotency, replayable } = await built('http/idempotency.js');
const { decimal, ZERO, formatDecimal } = await built('shared/decimal.js');
const { newId } = await built('shared/ids.js');
const { EntityManager } = await import('@mikro-orm/postgresql');

const render = (w: any) => ({
  id: w.id, customer_id: w.customerId, currency: w.currency, balance: formatDecimal(w.creditBalance), credit_balance: formatDecimal(w.creditBalance),
  wallet_status: w.walletStatus, name: w.name, description: w.description, metadata: w.metadata, auto_topup: null, wallet_type: w.walletType,
  config: { allowed_price_types: w.allowedPriceTypes }, conversion_rate: formatDecimal(w.conversionRate), topup_conversion_rate: formatDecimal(w.topupConversionRate),
  environment_id: w.environmentId, alert_settings: null, alert_state: 'ok', tenant_id: w.tenantId, status: w.status,
  created_at: w.createdAt.toISOString(), updated_at: w.updatedAt.toISOString(), created_by: w.createdBy, updated_by: w.updatedBy,
  credits_available_breakdown: null, real_time_balance: null, real_time_credit_balance: null,
});

export const temporary = (dto: any) => {
  @Controller('v1/wallets')
  class TemporaryController {
    constructor(private readonly ledger: any, private readonly em: any) {}
    @Post() @RequireScope('wallets:write')
    async open(@CurrentCaller() caller: any) {
      const now = new Date();
      const scope = { tenantId: caller.tenantId, environmentId: caller.environmentId };
      const wallet = { id: newId('wallet', now), ...scope, customerId: newId('cust', now), currency: 'usd', walletType: 'PRE_PAID', walletStatus: 'active',
        name: 'Prepaid Wallet - USD', description: '', metadata: {}, allowedPriceTypes: ['USAGE'], conversionRate: decimal(1), topupConversionRate: decimal(1),
        creditBalance: ZERO, held: ZERO, debt: ZERO, overdraftLimit: ZERO, sequence: 0, lastEntryHash: '', lastEntryAt: null, alertSettings: null,
        alertState: 'ok', creditAlertState: 'ok', status: 'published', createdAt: now, updatedAt: now, createdBy: '', updatedBy: '' };
      const actor = { keyId: caller.keyId, requestId: caller.requestId };
      const terms = (credits: string) => ({ credits: decimal(credits), reason: 'FREE_CREDIT_GRANT', referenceType: 'EXTERNAL', referenceId: '' });
      await this.ledger.post({ kind: 'open', scope, actor, walletId: wallet.id, wallet, credit: terms('1000000'), answer: () => null });
      for (const p of [1, 2]) await this.ledger.post({ kind: 'credit', scope, actor, walletId: wallet.id, terms: { ...terms('1000000'), priority: p }, answer: () => null });
      return { id: wallet.id };
    }
    @Post(':id/debit') @HttpCode(200) @RequireScope('wallets:write')
    @Reflect.metadata('design:paramtypes', [Object, String, dto, Object, Object])
    async debit(@CurrentCaller() caller: any, @Param('id') id: string, @Body() body: any, @Idempotency({ isRequired: true, isDropIn: true }) idempotency: any, @Res({ passthrough: true }) response: any) {
      const answer = await this.ledger.post({ kind: 'debit', scope: { tenantId: caller.tenantId, environmentId: caller.environmentId }, walletId: id,
        actor: { keyId: caller.keyId, requestId: caller.requestId }, idempotency,
        terms: { credits: body.credits, reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'wallet', referenceType: 'REQUEST' },
        answer: ({ state }: any) => render(state.wallet) });
      return replayable(answer, response);
    }
    @Get(':id') @RequireScope('wallets:read')
    async get(@CurrentCaller() caller: any, @Param('id') id: string) {
      return render(await this.em.fork().findOneOrFail(Wallet, { id, tenantId: caller.tenantId, environmentId: caller.environmentId }));
    }
  }
  Reflect.defineMetadata('design:paramtypes', [LedgerService, EntityManager], TemporaryController);
  return TemporaryController;
};
