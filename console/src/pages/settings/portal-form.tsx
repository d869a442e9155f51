import { useState } from 'react';
import { CountField, countOf } from '../../parts/count-field';
import { LinesField, TextField } from '../../parts/form';
import { minorOf, moneyFields, MoneyRows, moneyRows } from './money-rows';
import { SettingForm } from './setting-form';
import type { SettingValues } from './setting-words';

const FIELDS = ['display_name', 'accent_color', 'logo', 'allowed_origins', 'purchases_per_day'];

/** How the customers' portal looks, where it may be shown, what may be spent in it. */
export function PortalForm({ value }: { value: SettingValues['portal'] }) {
  const [texts, setTexts] = useState({ name: value.display_name, color: value.accent_color, logo: value.logo });
  const [origins, setOrigins] = useState(value.allowed_origins.join('\n'));
  const [purchases, setPurchases] = useState(String(value.purchases_per_day));
  const [limits, setLimits] = useState(() => moneyRows(value.spend_per_day_minor));
  const change = (changes: Partial<typeof texts>) => setTexts((before) => ({ ...before, ...changes }));
  return (
    <SettingForm
      of="portal"
      fields={[...FIELDS, ...moneyFields('spend_per_day_minor', limits)]}
      valueOf={() => ({
        display_name: texts.name,
        accent_color: texts.color,
        logo: texts.logo,
        allowed_origins: origins
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
        purchases_per_day: countOf(purchases, null) as number,
        spend_per_day_minor: minorOf('spend_per_day_minor', limits),
      })}
    >
      <div className="side-by-side">
        <TextField
          name="value.display_name"
          label="Name"
          hint="The company’s when empty."
          value={texts.name}
          onChange={(name) => change({ name })}
        />
        <TextField
          name="value.accent_color"
          label="Colour of buttons"
          placeholder="#1a7f5a"
          value={texts.color}
          onChange={(color) => change({ color })}
        />
      </div>
      <LinesField
        name="value.logo"
        label="Logo"
        hint="A data: URL of a PNG, JPEG, WebP or SVG in base64, of 40 kB at most."
        value={texts.logo}
        onChange={(logo) => change({ logo: logo.trim() })}
      />
      <LinesField
        name="value.allowed_origins"
        label="Pages that may show it in a frame"
        hint="Origins, one a line, such as https://app.example.com."
        value={origins}
        onChange={setOrigins}
      />
      <div className="narrow">
        <CountField
          name="value.purchases_per_day"
          label="Purchases of a customer in 24 hours"
          hint="0: none."
          value={purchases}
          onChange={setPurchases}
        />
      </div>
      <MoneyRows
        field="spend_per_day_minor"
        label="What they may cost together"
        hint="No limit in a currency that is not here."
        what="limit"
        rows={limits}
        onChange={setLimits}
      />
    </SettingForm>
  );
}
