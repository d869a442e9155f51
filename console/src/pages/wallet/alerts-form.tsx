import { useState } from 'react';
import { AmountField, CheckField, Form, SelectField } from '../../parts/form';
import { Section } from '../../parts/layout';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type Wallet = Schemas['WalletDto'];
type Condition = 'above' | 'below';
type Level = (typeof LEVELS)[number][0];

const LEVELS = [
  ['critical', 'Critical'],
  ['warning', 'Warning'],
  ['info', 'Information'],
] as const;
const CONDITIONS = [
  ['below', 'so many credits, or fewer, are left'],
  ['above', 'so many credits, or more, are there'],
] as const;
/** What is wrong between two thresholds belongs to neither, and is said above both. */
const FIELDS = LEVELS.flatMap(([level]) => [`alert_settings.${level}.threshold`, `alert_settings.${level}.condition`]);

/** When somebody is told about the balance. */
export function AlertsForm({ wallet }: { wallet: Wallet }) {
  const { alert_settings: settings } = wallet;
  const [isOn, setOn] = useState(settings?.alert_enabled ?? false);
  const [levels, setLevels] = useState<Record<Level, { threshold: string; condition: Condition }>>(() => ({
    critical: levelOf(settings?.critical),
    warning: levelOf(settings?.warning),
    info: levelOf(settings?.info),
  }));
  const change = (level: Level, to: Partial<(typeof levels)[Level]>) =>
    setLevels((before) => ({ ...before, [level]: { ...before[level], ...to } }));
  const saving = useAction({
    run: () => {
      const set = LEVELS.map(([level]) => [level, levels[level].threshold === '' ? null : levels[level]]);
      const body = { alert_settings: { alert_enabled: isOn, ...Object.fromEntries(set) } };
      return dataOf(api.PUT('/v1/wallets/{id}', { params: { path: { id: wallet.id } }, body }));
    },
    touches: ['wallets'],
    done: 'Saved the alerts',
  });
  return (
    <Section title="Alerts">
      <div className="card">
        <Form error={saving.error} fields={FIELDS} onSubmit={() => saving.mutate()}>
          <CheckField
            name="alert_settings.alert_enabled"
            label="Tell when the balance crosses one"
            checked={isOn}
            onChange={setOn}
          />
          {LEVELS.map(([level, words]) => (
            <div key={level} className="side-by-side">
              <SelectField
                name={`alert_settings.${level}.condition`}
                label={`${words} when`}
                options={CONDITIONS}
                value={levels[level].condition}
                onChange={(condition) => change(level, { condition })}
              />
              <AmountField
                name={`alert_settings.${level}.threshold`}
                label={`${words}, credits`}
                hint="Empty: none"
                value={levels[level].threshold}
                onChange={(threshold) => change(level, { threshold })}
              />
            </div>
          ))}
          <button className="primary" disabled={saving.isPending}>
            Save alerts
          </button>
        </Form>
      </div>
    </Section>
  );
}

function levelOf(level: Schemas['ThresholdDto'] | null | undefined): { threshold: string; condition: Condition } {
  return level ?? { threshold: '', condition: 'below' };
}
