import { useState } from 'react';
import { SelectField } from '../../parts/form';
import { SettingForm } from './setting-form';
import { PROVIDERS, type SettingValues } from './setting-words';

type Provider = SettingValues['payments']['provider'];

const CHOICES = Object.entries(PROVIDERS) as [Provider, string][];
const ASKED: Readonly<Record<Provider, string>> = {
  none: 'From now on nothing is charged in this environment, and automatic top-ups give their credits at once.',
  sandbox: 'From now on no real money moves in this environment: cards and payments are made up.',
  stripe: 'From now on purchases and automatic top-ups of this environment charge cards at Stripe.',
  webhook: 'From now on your own billing system is asked to take the money of this environment.',
};

/** Who takes the money. How they are reached stands below it. */
export function PaymentsForm({ value }: { value: SettingValues['payments'] }) {
  const [provider, setProvider] = useState<Provider>(value.provider);
  return (
    <SettingForm
      of="payments"
      fields={['provider']}
      valueOf={() => ({ provider })}
      ask={provider === value.provider ? undefined : ASKED[provider]}
    >
      <SelectField
        name="value.provider"
        label="Who takes the money"
        value={provider}
        onChange={setProvider}
        options={CHOICES}
      />
    </SettingForm>
  );
}
