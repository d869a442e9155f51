import { useState } from 'react';
import { CountField, countOf } from '../../parts/count-field';
import { AmountField, CheckField, SelectField } from '../../parts/form';
import type { Schemas } from '../../session/api';
import { numbered, Rows } from './rows';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

type Slab = Schemas['BonusSlabDto'];
interface Row {
  threshold: string;
  type: Slab['bonus']['type'];
  worth: string;
  duration: string;
  unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
}

const MOST = 50;
const EMPTY: Row = { threshold: '', type: 'percentage', worth: '', duration: '', unit: 'MONTH' };
const UNITS = [
  ['DAY', 'days'],
  ['WEEK', 'weeks'],
  ['MONTH', 'months'],
  ['YEAR', 'years'],
] as const;

export function BonusForm({ value }: { value: SettingValues['bonus_credits_topup_config'] }) {
  const [isOn, setOn] = useState(value.enabled);
  const [rows, setRows] = useState(() => numbered(value.slabs.map(rowOf)));
  const fields = rows.flatMap((_row, index) => FIELDS.map((field) => `slabs.${index}.${field}`));
  return (
    <SettingForm
      of="bonus_credits_topup_config"
      fields={fields}
      valueOf={() => ({ enabled: isOn, slabs: rows.map(({ row }) => slabOf(row)) })}
    >
      <CheckField name="enabled" label="Purchases come with a bonus" checked={isOn} onChange={setOn} />
      <Rows
        label="Steps"
        hint="The largest purchase first: the first step that a purchase reaches counts."
        what="step"
        rows={rows}
        onChange={setRows}
        empty={EMPTY}
        most={MOST}
      >
        {(row, index, change) => (
          <>
            <AmountField
              name={`value.slabs.${index}.threshold`}
              label="From credits"
              value={row.threshold}
              onChange={(threshold) => change({ threshold })}
            />
            <AmountField
              name={`value.slabs.${index}.bonus.value`}
              label="Bonus"
              value={row.worth}
              onChange={(worth) => change({ worth })}
            />
            <SelectField
              name={`value.slabs.${index}.bonus.type`}
              label="Of"
              value={row.type}
              onChange={(type) => change({ type })}
              options={[
                ['percentage', 'percent'],
                ['flat', 'credits'],
              ]}
            />
            <CountField
              name={`value.slabs.${index}.expiration_duration`}
              label="Good for"
              value={row.duration}
              onChange={(duration) => change({ duration })}
            />
            <SelectField
              name={`value.slabs.${index}.expiration_duration_unit`}
              label="Unit"
              value={row.unit}
              onChange={(unit) => change({ unit })}
              options={UNITS}
            />
          </>
        )}
      </Rows>
      <p className="note">A bonus whose “good for” is empty never expires.</p>
    </SettingForm>
  );
}

const FIELDS = ['threshold', 'bonus.value', 'bonus.type', 'expiration_duration', 'expiration_duration_unit'];

function rowOf({ threshold, bonus, expiration_duration: duration, expiration_duration_unit: unit }: Slab): Row {
  return {
    threshold,
    type: bonus.type,
    worth: bonus.value,
    duration: duration == null ? '' : String(duration),
    unit: unit ?? 'MONTH',
  };
}

function slabOf({ threshold, type, worth, duration, unit }: Row): Slab {
  return {
    threshold,
    operator: 'gte',
    bonus: { type, value: worth },
    expiration_duration: countOf(duration, null),
    expiration_duration_unit: duration === '' ? null : unit,
  };
}
