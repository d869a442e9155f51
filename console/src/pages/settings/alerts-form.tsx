import { useState } from 'react';
import { AmountField, CheckField, SelectField } from '../../parts/form';
import { SettingForm } from './setting-form';
import { LEVELS, type SettingValues } from './setting-words';

type Level = (typeof LEVELS)[number];
interface Draft {
  condition: 'off' | 'below' | 'above';
  threshold: string;
}

const LABELS: Readonly<Record<Level, string>> = { critical: 'Critical', warning: 'Warning', info: 'For information' };

export function AlertsForm({ value }: { value: SettingValues['wallet_balance_alert_config'] }) {
  const [isOn, setOn] = useState(value.alert_enabled ?? false);
  const [drafts, setDrafts] = useState(
    () => Object.fromEntries(LEVELS.map((level) => [level, draftOf(value[level])])) as Record<Level, Draft>,
  );
  const change = (level: Level, changes: Partial<Draft>) =>
    setDrafts((before) => ({ ...before, [level]: { ...before[level], ...changes } }));
  return (
    <SettingForm
      of="wallet_balance_alert_config"
      fields={LEVELS.flatMap((level) => [level, `${level}.threshold`, `${level}.condition`])}
      valueOf={() => ({
        ...Object.fromEntries(LEVELS.map((level) => [level, thresholdOf(drafts[level])])),
        alert_enabled: isOn,
      })}
    >
      <CheckField name="alert_enabled" label="Alert when a balance crosses a level" checked={isOn} onChange={setOn} />
      {LEVELS.map((level) => (
        <div key={level} className="side-by-side narrow">
          <SelectField
            name={`value.${level}`}
            label={LABELS[level]}
            value={drafts[level].condition}
            onChange={(condition) => change(level, { condition })}
            options={[
              ['off', 'no alert'],
              ['below', 'at or below'],
              ['above', 'at or above'],
            ]}
          />
          {drafts[level].condition !== 'off' && (
            <AmountField
              name={`value.${level}.threshold`}
              label={`Credits (${level})`}
              value={drafts[level].threshold}
              onChange={(threshold) => change(level, { threshold })}
            />
          )}
        </div>
      ))}
    </SettingForm>
  );
}

function draftOf(found: { threshold: string; condition: 'above' | 'below' } | null | undefined): Draft {
  return found ? { condition: found.condition, threshold: found.threshold } : { condition: 'off', threshold: '' };
}

function thresholdOf({ condition, threshold }: Draft) {
  return condition === 'off' ? null : { condition, threshold };
}
