import { type Compared, type ComparedTopUp, comparePayment, type SideThere } from './compare-payment.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const OLD = new Date('2026-03-01T10:00:00Z');
const YOUNG = new Date('2026-03-02T09:00:00Z');

const charged = (change: Partial<SideThere> = {}): NonNullable<Compared['there']> => ({
  status: 'succeeded',
  amountMinor: 5000,
  currency: 'usd',
  refundedMinor: 0,
  createdAt: OLD,
  ...change,
});

const topUp = (change: Partial<ComparedTopUp> = {}): ComparedTopUp => ({
  status: 'succeeded',
  priceMinor: 5000,
  currency: 'usd',
  paymentId: 'pi_1',
  credited: 1,
  refundedMinor: 0,
  isPage: false,
  createdAt: OLD,
  chargedAt: OLD,
  updatedAt: OLD,
  ...change,
});

const unpaid = { status: 'unknown', credited: 0 } as const;

const onPage = { ...unpaid, paymentId: 'cs_1', isPage: true } as const;

function compare(there: Compared['there'], here: ComparedTopUp | undefined, canRecreate = true) {
  return comparePayment({ paymentId: 'pi_1', there, here, canRecreate, now: NOW });
}

describe('a payment and its top-up', () => {
  it.each<[string, Compared['there'], ComparedTopUp | undefined]>([
    ['charged and credited', charged(), topUp()],
    ['declined, and given up', charged({ status: 'canceled' }), topUp({ status: 'failed', credited: 0 })],
    ['open, and waiting for its next try', charged({ status: 'open' }), topUp({ status: 'retry_wait', credited: 0 })],
    ['returned on both sides', charged({ refundedMinor: 5000 }), topUp({ status: 'refunded', credited: 0 })],
    ['credited, and some of it returned later', charged({ refundedMinor: 1000 }), topUp()],
    ['given back by the dashboard before it was credited', charged({ refundedMinor: 5000 }), topUp(unpaid)],
    ['made and never charged, and forgotten here', charged({ status: 'open' }), undefined],
    ['under way, and forgotten here', charged({ status: 'processing' }), undefined],
    ['given up for another payment', charged({ status: 'canceled' }), topUp({ paymentId: 'pi_2' })],
    ['not paid yet, on a page', charged({ status: 'open' }), topUp({ ...onPage, status: 'requires_action' })],
    ['never paid, on a page that has ended', charged({ status: 'canceled' }), topUp({ ...onPage, status: 'canceled' })],
    ['never asked for', undefined, topUp({ status: 'canceled', paymentId: null, credited: 0 })],
  ])('agree when %s', (_what, there, here) => {
    expect(compare(there, here)).toBeUndefined();
  });

  it.each<[string, Compared['there'], ComparedTopUp | undefined]>([
    ['asked for less than 73 minutes ago', charged({ status: 'succeeded' }), topUp({ ...unpaid, chargedAt: YOUNG })],
    ['processing a moment ago', charged(), topUp({ status: 'processing', credited: 0, updatedAt: YOUNG })],
    ['not to be found yet', undefined, topUp({ ...unpaid, chargedAt: YOUNG })],
    ['due to be returned a moment ago', charged(), topUp({ status: 'refund_due', credited: 0, updatedAt: YOUNG })],
    ['paid on a page a moment ago', { ...charged(), createdAt: YOUNG }, topUp(onPage)],
    ['charged before its id was stored', charged(), topUp({ ...unpaid, paymentId: null, chargedAt: YOUNG })],
  ])('are on their way when %s', (_what, there, here) => {
    expect(compare(there, here)).toBe('in_flight');
  });

  it.each<[string, string, string, Compared['there'], ComparedTopUp | undefined]>([
    ['missing_here', 'recreate', 'a charge has no top-up', charged(), undefined],
    ['missing_here', 'person', 'some of such a charge is returned', charged({ refundedMinor: 1 }), undefined],
    ['missing_at_provider', 'person', 'a credit has a payment that is nowhere', undefined, topUp()],
    ['not_credited', 'settle', 'a charge is not credited', charged(), topUp(unpaid)],
    ['not_credited', 'settle', 'one that was given up is charged', charged(), topUp({ ...unpaid, status: 'failed' })],
    ['not_credited', 'adopt', 'the intent has forgotten it', charged(), topUp({ ...unpaid, paymentId: null })],
    ['not_credited', 'settle', 'nobody has told that a page was paid on', charged(), topUp(onPage)],
    ['not_credited', 'person', 'it says it is, and is not', charged(), topUp({ credited: 0 })],
    ['not_credited', 'person', 'some is returned already', charged({ refundedMinor: 1 }), topUp(unpaid)],
    ['credited_without_charge', 'person', 'nothing was charged', charged({ status: 'canceled' }), topUp()],
    ['credited_without_charge', 'person', 'no payment was made', undefined, topUp({ paymentId: null })],
    ['credited_twice', 'person', 'two entries credit it', charged(), topUp({ credited: 2 })],
    ['charged_twice', 'person', 'a payment that is not its own is charged', charged(), topUp({ paymentId: 'pi_2' })],
    ['charged_twice', 'person', 'one that was given free is charged', charged(), topUp({ paymentId: null })],
    ['amount', 'person', 'another amount is charged', charged({ amountMinor: 4999 }), topUp()],
    ['amount', 'person', 'the amount cannot be counted', charged({ amountMinor: null }), topUp()],
    ['currency', 'person', 'another currency is charged', charged({ currency: 'eur' }), topUp()],
    ['not_refunded', 'person', 'it is returned here only', charged(), topUp({ status: 'refunded', credited: 0 })],
    [
      'status',
      'cancel',
      'it is given up here only',
      charged({ status: 'open' }),
      topUp({ ...unpaid, status: 'failed' }),
    ],
    ['status', 'person', 'one that failed is credited', charged(), topUp({ status: 'failed' })],
  ])('differ (%s, %s) when %s', (kind, repair, _what, there, here) => {
    expect(compare(there, here)).toEqual({ kind, repair });
  });

  it('are for a person where the payment does not say what it was for', () => {
    expect(compare(charged(), undefined, false)).toEqual({ kind: 'missing_here', repair: 'person' });
  });
});
