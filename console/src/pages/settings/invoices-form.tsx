import { useState } from 'react';
import { CountField, countOf } from '../../parts/count-field';
import { AmountField, CheckField, LinesField, TextField } from '../../parts/form';
import { numbered, Rows } from './rows';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

const MOST_TAXES = 5;
const EMPTY = { name: '', rate: '' };

export function InvoicesForm({ value }: { value: SettingValues['invoice_config'] }) {
  const [seller, setSeller] = useState({ ...value.seller, address: value.seller.address.join('\n') });
  const [taxes, setTaxes] = useState(() => numbered(value.taxes));
  const [dueDays, setDueDays] = useState(String(value.due_days));
  const [isPaidAtOnce, setPaidAtOnce] = useState(value.auto_complete_purchased_credit_transaction);
  const ofTaxes = taxes.flatMap((_row, index) => [`taxes.${index}.name`, `taxes.${index}.rate`]);
  return (
    <SettingForm
      of="invoice_config"
      fields={['seller.name', 'seller.tax_id', 'seller.address', 'due_days', ...ofTaxes]}
      valueOf={() => ({
        auto_complete_purchased_credit_transaction: isPaidAtOnce,
        taxes: taxes.map(({ row }) => row),
        seller: { ...seller, address: seller.address.split('\n').filter((line) => line.trim() !== '') },
        due_days: countOf(dueDays, null) as number,
      })}
    >
      <div className="side-by-side">
        <TextField
          name="value.seller.name"
          label="Who sells"
          value={seller.name}
          onChange={(name) => setSeller({ ...seller, name })}
        />
        <TextField
          name="value.seller.tax_id"
          label="Tax number"
          value={seller.tax_id}
          onChange={(tax_id) => setSeller({ ...seller, tax_id })}
        />
      </div>
      <LinesField
        name="value.seller.address"
        label="Address"
        hint="Up to six lines, as invoices show them."
        rows={4}
        value={seller.address}
        onChange={(address) => setSeller({ ...seller, address })}
      />
      <Rows
        label="Taxes that the prices include"
        hint="They are part of what is charged, never added to it."
        what="tax"
        rows={taxes}
        onChange={setTaxes}
        empty={EMPTY}
        most={MOST_TAXES}
      >
        {(row, index, change) => (
          <>
            <TextField
              name={`value.taxes.${index}.name`}
              label="Name"
              placeholder="VAT"
              value={row.name}
              onChange={(name) => change({ name })}
            />
            <AmountField
              name={`value.taxes.${index}.rate`}
              label="Percent"
              value={row.rate}
              onChange={(rate) => change({ rate })}
            />
          </>
        )}
      </Rows>
      <div className="narrow">
        <CountField
          name="value.due_days"
          label="Days until an unpaid invoice is overdue"
          hint="Then the automatic top-up that wrote it pauses."
          value={dueDays}
          onChange={setDueDays}
        />
      </div>
      <CheckField
        name="auto_complete_purchased_credit_transaction"
        label="Credit a purchase on invoice at once, and take its invoice for paid"
        checked={isPaidAtOnce}
        onChange={setPaidAtOnce}
      />
    </SettingForm>
  );
}
