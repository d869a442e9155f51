import { api, dataOf } from '../../session/api';
import type { SettingKey, SettingValues } from './setting-words';

/** A setting as it is in force. */
export interface Setting<Key extends SettingKey> {
  value: SettingValues[Key];
  isDefault: boolean;
  updatedAt: string | null;
  updatedBy: string;
}

/** Of a query. */
export function settingKey(key: SettingKey): readonly string[] {
  return ['settings', key];
}

export async function readSetting<Key extends SettingKey>(key: Key): Promise<Setting<Key>> {
  const found = await dataOf(api.GET('/v1/settings/{key}', { params: { path: { key } } }));
  const { id, value, updated_at, updated_by } = found;
  return {
    value: value as SettingValues[Key],
    isDefault: id === null,
    updatedAt: updated_at,
    updatedBy: updated_by,
  };
}
