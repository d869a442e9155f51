import { Big } from 'big.js';
import { type Decimal, decimal, formatDecimal, ZERO } from '../shared/decimal.js';
import type { InvoiceDiscount, InvoiceLineKind, InvoiceTax } from './invoice.entity.js';

/** A tax that prices include. */
export interface TaxRate {
  name: string;
  /** Percent, a decimal in plain notation. */
  rate: string;
}

/** What was sold. Prices and discounts are what the buyer sees: taxes are included. Integers in minor units. */
export interface Sale {
  kind: InvoiceLineKind;
  description: string;
  /** 1 or more. */
  units: number;
  /** Before discounts. */
  priceMinor: number;
  /** In the order they were taken off; never more than the price. */
  discounts: InvoiceDiscount[];
}

export interface PricedLine {
  kind: InvoiceLineKind;
  description: string;
  quantity: number;
  unitAmountMinor: number;
  discountMinor: number;
  taxMinor: number;
}

export interface PricedSale {
  line: PricedLine;
  discounts: InvoiceDiscount[];
  taxes: InvoiceTax[];
}

/** What was sold, line by line, each priced by itself; of each tax, what it comes to on all of them. */
export function priceInvoice(sales: Sale[], rates: TaxRate[]) {
  const priced = sales.map((sale) => priceSale(sale, rates));
  const taxOf = (index: number) => priced.reduce((sum, { taxes }) => sum + (taxes[index]?.amountMinor ?? 0), 0);
  return {
    lines: priced.map(({ line }) => line),
    discounts: priced.flatMap(({ discounts }) => discounts),
    taxes: (priced[0]?.taxes ?? []).map((tax, index) => ({ ...tax, amountMinor: taxOf(index) })),
  };
}

/** What of an invoice's total is the fee, without taxes, and what is taxes, minor units. The rest is for the credits. */
export function legsOf(lines: (Omit<PricedLine, 'kind' | 'description'> & { kind?: InvoiceLineKind })[]): {
  feeMinor: number;
  taxMinor: number;
} {
  const fees = lines.filter(({ kind }) => kind === 'fee');
  return {
    feeMinor: fees.reduce((sum, line) => sum + line.quantity * line.unitAmountMinor - line.discountMinor, 0),
    taxMinor: lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
  };
}

/**
 * The line of an invoice. Prices include the taxes, so that nobody is charged more than the price that was agreed to:
 * the tax is a part of what is charged, rounded half up once for the line, and what is left is the net amount. Hence
 * quantity * unit - discount + tax is exactly the money that was charged. A discount that took something is never 0.
 */
export function priceSale({ kind, description, units, priceMinor, discounts }: Sale, rates: TaxRate[]): PricedSale {
  const net = (grossMinor: number) => grossMinor - taxIn(grossMinor, rates);
  let grossMinor = priceMinor;
  const netDiscounts = discounts.map((discount) => {
    const before = net(grossMinor);
    grossMinor -= discount.amountMinor;
    const offMinor = before - net(grossMinor);
    // Taxes round: a cent less to pay may leave the net amount as it is, and yet the coupon took it.
    const amountMinor = discount.amountMinor > 0 ? Math.max(1, offMinor) : offMinor;
    return { description: discount.description, amountMinor };
  });
  const discountMinor = netDiscounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const lineMinor = net(grossMinor) + discountMinor;
  const unitMinor = net(priceMinor / units);
  // Where the units' own rounding does not add up to that of the line, they are sold as one.
  const isExact = Number.isInteger(unitMinor) && unitMinor * units === lineMinor;
  const line = isExact
    ? { kind, description, quantity: units, unitAmountMinor: unitMinor }
    : { kind, description: `${units} × ${description}`, quantity: 1, unitAmountMinor: lineMinor };
  return {
    line: { ...line, discountMinor, taxMinor: taxIn(grossMinor, rates) },
    discounts: netDiscounts,
    taxes: splitTax(grossMinor, rates),
  };
}

/** The tax in an amount that includes it: amount * rate / (100 + rate), half up. */
function taxIn(grossMinor: number, rates: TaxRate[]): number {
  return partOf(grossMinor, sumOf(rates), sumOf(rates));
}

/** Each tax is the difference of two rounded running totals: so none is negative, and they add up to the line's tax. */
function splitTax(grossMinor: number, rates: TaxRate[]): InvoiceTax[] {
  const all = sumOf(rates);
  let before = 0;
  return rates.map(({ name, rate }, index) => {
    const upTo = partOf(grossMinor, sumOf(rates.slice(0, index + 1)), all);
    const amountMinor = upTo - before;
    before = upTo;
    return { name, ratePercent: formatDecimal(decimal(rate)), amountMinor };
  });
}

/** `gross * part / (100 + all)` in whole minor units, half up, by whole numbers: no quotient is rounded twice. */
function partOf(grossMinor: number, part: Decimal, all: Decimal): number {
  const divisor = all.plus(100);
  const doubled = decimal(grossMinor).times(part).times(2).plus(divisor);
  return Number(doubled.div(divisor.times(2)).round(0, Big.roundDown).toFixed());
}

function sumOf(rates: TaxRate[]): Decimal {
  return rates.reduce((sum, { rate }) => sum.plus(rate), ZERO);
}
