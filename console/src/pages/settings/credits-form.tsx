import { useState } from 'react';
import { CountField, countOf } from '../../parts/count-field';
import { TextField } from '../../parts/form';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

const COUNTS = [
  [
    'purchase_validity_months',
    'Months that purchases are good for',
    'After the last purchase: then all of them expire.',
  ],
  ['promotional_credits', 'Free credits', 'That every account gets again and again. 0: none.'],
  ['promotional_validity_months', 'Months between free credits', 'What is left of the last ones is forfeited then.'],
] as const;

export function CreditsForm({ value }: { value: SettingValues['credits'] }) {
  const [currency, setCurrency] = useState(value.currency);
  const [counts, setCounts] = useState<Record<string, string>>(() =>
    Object.fromEntries(COUNTS.map(([name]) => [name, String(value[name])])),
  );
  return (
    <SettingForm
      of="credits"
      fields={['currency', ...COUNTS.map(([name]) => name)]}
      valueOf={() => {
        const typed = COUNTS.map(([name]) => [name, countOf(counts[name] ?? '', null)] as const);
        return { currency: currency.toLowerCase(), ...Object.fromEntries(typed) } as SettingValues['credits'];
      }}
    >
      <div className="side-by-side">
        <TextField
          name="value.currency"
          label="Currency"
          hint="Three letters, such as USD: of wallets that are made from now on."
          autoComplete="off"
          value={currency}
          onChange={setCurrency}
        />
        {COUNTS.map(([name, label, hint]) => (
          <CountField
            key={name}
            name={`value.${name}`}
            label={label}
            hint={hint}
            value={counts[name] ?? ''}
            onChange={(text) => setCounts((before) => ({ ...before, [name]: text }))}
          />
        ))}
      </div>
    </SettingForm>
  );
}
