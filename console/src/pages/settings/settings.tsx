import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Badge } from '../../parts/badge';
import { Page } from '../../parts/layout';
import { Found } from '../../parts/states';
import { readSetting, settingKey } from './read-setting';
import { SETTING_KEYS, type SettingKey, SETTINGS } from './setting-words';

/** All that this environment can be told, and what is in force. */
export default function SettingsPage() {
  return (
    <Page title="Settings">
      <ul className="setting-list">
        {SETTING_KEYS.map((key) => (
          <Setting key={key} of={key} />
        ))}
      </ul>
    </Page>
  );
}

function Setting({ of }: { of: SettingKey }) {
  const { title, about, inForce } = SETTINGS[of];
  const query = useQuery({ queryKey: settingKey(of), queryFn: () => readSetting(of) });
  return (
    <li className="card">
      <div className="setting-title">
        <h2>
          <Link href={`/settings/${of}`}>{title}</Link>
        </h2>
        {query.data?.isDefault === false && <Badge tone="info">changed</Badge>}
      </div>
      <p className="muted">{about}</p>
      <Found query={query}>{({ value }) => <p>{inForce(value as never)}</p>}</Found>
    </li>
  );
}
