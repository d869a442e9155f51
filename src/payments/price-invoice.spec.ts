import { legsOf, priceInvoice, priceSale, type Sale, type TaxRate } from './price-invoice.js';

const VAT = [{ name: 'VAT', rate: '21' }];

function sale(priceMinor: number, discounts: number[] = [], units = 1): Sale {
  return {
    kind: 'credits',
    description: '100 credits',
    units,
    priceMinor,
    discounts: discounts.map((amountMinor, index) => ({ description: `coupon ${index}`, amountMinor })),
  };
}

describe('pricing an invoice', () => {
  it.each<[string, Sale, TaxRate[], { unit: number; quantity: number; discount: number; taxes: number[] }]>([
    ['without tax', sale(9900), [], { unit: 9900, quantity: 1, discount: 0, taxes: [] }],
    ['with a tax', sale(9900), VAT, { unit: 8182, quantity: 1, discount: 0, taxes: [1718] }],
    ['half a cent up', sale(3), [{ name: 'A', rate: '20' }], { unit: 2, quantity: 1, discount: 0, taxes: [1] }],
    ['below half a cent down', sale(2), [{ name: 'A', rate: '20' }], { unit: 2, quantity: 1, discount: 0, taxes: [0] }],
    ['a tax of nothing', sale(100), [{ name: 'A', rate: '0' }], { unit: 100, quantity: 1, discount: 0, taxes: [0] }],
    ['a discount', sale(9900, [990]), VAT, { unit: 8182, quantity: 1, discount: 818, taxes: [1546] }],
    ['a discount of less than a cent before tax', sale(3, [1]), VAT, { unit: 3, quantity: 1, discount: 1, taxes: [0] }],
    ['all off', sale(9900, [9900]), VAT, { unit: 8182, quantity: 1, discount: 8182, taxes: [0] }],
    ['units that add up', sale(24_200, [], 2), VAT, { unit: 10_000, quantity: 2, discount: 0, taxes: [4200] }],
    ['units that do not', sale(6, [], 3), VAT, { unit: 5, quantity: 1, discount: 0, taxes: [1] }],
    ['units that share a cent', sale(9471, [], 2), [], { unit: 9471, quantity: 1, discount: 0, taxes: [] }],
    [
      'two taxes whose halves would round up twice',
      sale(110),
      [
        { name: 'A', rate: '5' },
        { name: 'B', rate: '4.976' },
      ],
      { unit: 100, quantity: 1, discount: 0, taxes: [5, 5] },
    ],
  ])('%s', (_what, sold, rates, expected) => {
    const { line, taxes } = priceSale(sold, rates);
    expect({
      unit: line.unitAmountMinor,
      quantity: line.quantity,
      discount: line.discountMinor,
      taxes: taxes.map(({ amountMinor }) => amountMinor),
    }).toEqual(expected);
  });

  it('adds up over lines: each is priced by itself, a tax is what it comes to on all of them', () => {
    const rates = [...VAT, { name: 'City', rate: '1.5' }];
    for (let price = 0; price < 300; price += 1) {
      const fee: Sale = { ...sale(price % 41), kind: 'fee' };
      const { lines, discounts, taxes } = priceInvoice([sale(price, [Math.floor(price / 3)]), fee], rates);
      const net = (index: number) => {
        const line = lines[index]!;
        return line.quantity * line.unitAmountMinor - line.discountMinor;
      };
      const legs = legsOf(lines);
      expect(legs.feeMinor).toBe(net(1));
      expect(net(0) + legs.feeMinor + legs.taxMinor).toBe(price - Math.floor(price / 3) + (price % 41));
      expect(taxes.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(legs.taxMinor);
      expect(discounts).toHaveLength(1);
      expect(net(0) >= 0 && net(1) >= 0).toBe(true);
    }
  });

  it('charges the buyer’s price to the cent, whatever the price, discounts and rates', () => {
    const rates = [
      { name: 'A', rate: '7.25' },
      { name: 'B', rate: '0.5' },
      { name: 'C', rate: '13' },
    ];
    for (let price = 0; price < 400; price += 1) {
      const off = [price % 7, price % 3].map((part) => Math.min(part, Math.floor(price / 2)));
      for (let count = 0; count <= rates.length; count += 1) {
        const { line, discounts, taxes } = priceSale(sale(price, off), rates.slice(0, count));
        const charged = price - (off[0] as number) - (off[1] as number);
        expect(line.quantity * line.unitAmountMinor - line.discountMinor + line.taxMinor).toBe(charged);
        expect(discounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(line.discountMinor);
        expect(taxes.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(line.taxMinor);
        expect([...discounts, ...taxes].every(({ amountMinor }) => amountMinor >= 0)).toBe(true);
        expect(discounts.map(({ amountMinor }) => amountMinor > 0)).toEqual(off.map((part) => part > 0));
      }
    }
  });
});
