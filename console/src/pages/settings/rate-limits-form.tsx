import { useState } from 'react';
import { CountField, countOf } from '../../parts/count-field';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

const WHOSE = [
  ['environment', 'All keys together'],
  ['server_key', 'Each server key'],
  ['client_key', 'Each account key and publishable key'],
] as const;
const WINDOWS = [
  ['per_second', 'Points a second'],
  ['per_minute', 'Points a minute'],
] as const;

export function RateLimitsForm({ value }: { value: SettingValues['rate_limits'] }) {
  const [typed, setTyped] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      WHOSE.flatMap(([whose]) =>
        WINDOWS.map(([window]) => [`${whose}.${window}`, String(value[whose]?.[window] ?? '')]),
      ),
    ),
  );
  const limitOf = (whose: string) =>
    Object.fromEntries(WINDOWS.map(([window]) => [window, countOf(typed[`${whose}.${window}`] ?? '', null)]));
  return (
    <SettingForm
      of="rate_limits"
      fields={Object.keys(typed)}
      valueOf={() => Object.fromEntries(WHOSE.map(([whose]) => [whose, limitOf(whose)]))}
    >
      <p className="note">
        Most requests cost a point, searches some more. Empty: as much as the operator lets you have, which is never
        exceeded.
      </p>
      {WHOSE.map(([whose, label]) => (
        <fieldset key={whose} className="rows">
          <legend>{label}</legend>
          <div className="side-by-side narrow">
            {WINDOWS.map(([window, words]) => (
              <CountField
                key={window}
                name={`value.${whose}.${window}`}
                label={words}
                value={typed[`${whose}.${window}`] ?? ''}
                onChange={(text) => setTyped((before) => ({ ...before, [`${whose}.${window}`]: text }))}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </SettingForm>
  );
}
