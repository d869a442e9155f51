import { useState } from 'react';
import { AmountField, SelectField } from '../../parts/form';
import { minorOf, moneyFields, MoneyRows, moneyRows } from './money-rows';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

export function FeeForm({ value }: { value: SettingValues['top_up_fee'] }) {
  const [mode, setMode] = useState(value.mode);
  const [percent, setPercent] = useState(value.percent);
  const [rows, setRows] = useState(() => moneyRows(value.fixed_minor));
  return (
    <SettingForm
      of="top_up_fee"
      fields={['mode', 'percent', ...moneyFields('fixed_minor', rows)]}
      valueOf={() => ({ mode, percent: percent || '0', fixed_minor: minorOf('fixed_minor', rows) })}
    >
      <div className="side-by-side">
        <SelectField
          name="value.mode"
          label="How it is taken"
          hint={HINTS[mode]}
          value={mode}
          onChange={setMode}
          options={[
            ['none', 'No fee'],
            ['added', 'On top of the price'],
            ['contained', 'Contained in the price'],
          ]}
        />
        <AmountField
          name="value.percent"
          label="Percent of the price"
          hint="After discounts, at most 50."
          value={percent}
          onChange={setPercent}
        />
      </div>
      <MoneyRows
        field="fixed_minor"
        label="And for each charge"
        hint="None in a currency that is not here."
        what="fixed amount"
        rows={rows}
        onChange={setRows}
      />
    </SettingForm>
  );
}

const HINTS = {
  none: 'Customers pay the price.',
  added: 'Automatic top-ups that were agreed to at less pause, and do not pay more.',
  contained: 'Customers pay the price, and a part of it is the fee.',
} as const;
