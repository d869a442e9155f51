import { type ChargeFacts, mayCharge, NO_PROVIDER } from './may-charge.js';

const NOW = new Date('2027-03-31T12:00:00Z');

function facts(changes: Partial<ChargeFacts> = {}, topUp: Partial<ChargeFacts['topUp']> = {}): ChargeFacts {
  return {
    now: NOW,
    topUp: {
      id: 'topup_1',
      isAutomatic: true,
      ruleVersion: 3,
      units: 2,
      priceMinor: 5000,
      currency: 'usd',
      provider: 'sandbox',
      ...topUp,
    },
    walletStatus: 'active',
    rule: { enabled: true, version: 3, pauseReason: '' },
    pauseReason: '',
    limits: { maxUnits: 20, monthlyCount: null, monthlyAmountMinor: null, monthlyAmountCurrency: null },
    history: [],
    provider: 'sandbox',
    ...changes,
  };
}

const bought = (id: string, priceMinor = 5000) => ({ id, createdAt: NOW, priceMinor, currency: 'usd' });
const limits = facts().limits;

describe('mayCharge', () => {
  it('says yes to what is agreed to now as it was then, and does not count the purchase against itself', () => {
    expect(mayCharge(facts())).toEqual({ mayCharge: true });
    const capped = { limits: { ...limits, monthlyCount: 1 }, history: [bought('topup_1')] };
    expect(mayCharge(facts(capped))).toEqual({ mayCharge: true });
  });

  it.each<[code: string, changes: Partial<ChargeFacts>]>([
    ['wallet_not_active', { walletStatus: 'frozen' }],
    ['wallet_not_active', { walletStatus: 'closed' }],
    ['provider_changed', { provider: NO_PROVIDER }],
    ['provider_changed', { provider: 'another' }],
    ['rule_switched_off', { rule: undefined }],
    ['rule_switched_off', { rule: { enabled: false, version: 3, pauseReason: '' } }],
    ['rule_changed', { rule: { enabled: true, version: 4, pauseReason: '' } }],
    ['paused', { pauseReason: 'card_declined' }],
    ['paused', { rule: { enabled: true, version: 3, pauseReason: 'pack_changed' } }],
    ['too_many_units', { limits: { ...limits, maxUnits: 1 } }],
    ['monthly_count_cap', { limits: { ...limits, monthlyCount: 1 }, history: [bought('other')] }],
    ['monthly_amount_cap', { limits: { ...limits, monthlyAmountMinor: 4999, monthlyAmountCurrency: 'usd' } }],
  ])('says no: %s', (code, changes) => {
    expect(mayCharge(facts(changes))).toMatchObject({ mayCharge: false, code });
  });

  it('asks of a purchase by hand only for an active wallet and the same provider', () => {
    const byHand = { isAutomatic: false, ruleVersion: 0 };
    const changes = { rule: undefined, pauseReason: 'card_declined', limits: { ...limits, monthlyCount: 0 } };
    expect(mayCharge(facts(changes, byHand))).toEqual({ mayCharge: true });
    expect(mayCharge(facts({ walletStatus: 'closed' }, byHand))).toMatchObject({ code: 'wallet_not_active' });
  });

  it('puts off what was agreed to while the tenant is suspended, and refuses what a person wanted at that moment', () => {
    const suspended = { isTenantSuspended: true };
    const no = { mayCharge: false, code: 'tenant_suspended' };
    expect(mayCharge(facts(suspended))).toEqual({ ...no, figures: {}, isPutOff: true });
    expect(mayCharge(facts(suspended, { isAutomatic: false }))).toEqual({ ...no, figures: {} });
    expect(mayCharge(facts({ isTenantSuspended: false }))).toEqual({ mayCharge: true });
  });

  it('looks at the provider only where one is about to be asked', () => {
    const { provider: _nobody, ...waiting } = facts({}, { provider: 'another' });
    expect(mayCharge(waiting)).toEqual({ mayCharge: true });
  });
});
