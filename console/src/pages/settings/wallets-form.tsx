import { useState } from 'react';
import { CheckField } from '../../parts/form';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

export function WalletsForm({ value }: { value: SettingValues['wallets'] }) {
  const [overdraft, setOverdraft] = useState(value.manual_debit_overdraft);
  return (
    <SettingForm
      of="wallets"
      fields={['manual_debit_overdraft']}
      valueOf={() => ({ manual_debit_overdraft: overdraft })}
      ask={
        overdraft && !value.manual_debit_overdraft
          ? 'From now on a debit of any wallet of this environment is taken although the credits do not suffice, without limit.'
          : undefined
      }
    >
      <CheckField
        name="manual_debit_overdraft"
        label="Debits may take a balance below zero, without limit"
        checked={overdraft}
        onChange={setOverdraft}
      />
      <p className="note">
        Left out, a debit of more than there is is refused, but for the overdraft that a wallet has.
      </p>
    </SettingForm>
  );
}
