import type { PurchaseFacts } from './payment-provider.js';
import { purchaseMetadata, readPurchase } from './purchase-metadata.js';

const PLAIN: PurchaseFacts = {
  walletId: 'wallet_1',
  trigger: 'threshold',
  credits: '50',
  units: 1,
  packId: null,
  validityMonths: null,
};
const WITH_EXTRAS = { ...PLAIN, feeMinor: 175, bonusCredits: '5', bonusExpiresAt: '2027-03-02T10:00:00.000Z' };

describe('what a payment is for', () => {
  it.each([
    ['of before there were fees', PLAIN],
    ['with a fee and a bonus', WITH_EXTRAS],
  ])('is read back as it was left with it: %s', (_what, purchase) => {
    expect(readPurchase(purchaseMetadata(purchase))).toEqual(purchase);
  });

  it('without fee and bonus is what it always was: a repeat under an old key is the same request', () => {
    expect(purchaseMetadata(PLAIN)).toEqual({ wallet_id: 'wallet_1', trigger: 'threshold', credits: '50', units: '1' });
  });

  it.each([
    ['fee_minor', '-1'],
    ['fee_minor', '1.5'],
    ['bonus_credits', 'many'],
    ['bonus_credits', '0'],
    ['bonus_expires_at', 'soon'],
  ])('is not read where somebody has made %s %s', (name, value) => {
    expect(readPurchase({ ...purchaseMetadata(WITH_EXTRAS), [name]: value })).toBeNull();
  });
});
