import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { Form } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api } from '../../session/api';
import { useMay } from '../../session/session';
import { type SettingKey, SETTINGS, type SettingValues } from './setting-words';

interface SettingFormProps<Key extends SettingKey> {
  of: Key;
  /** Below `value`. */
  fields: readonly string[];
  /** What is to be saved; may throw what is wrong with a field. */
  valueOf: () => SettingValues[Key];
  /** What is asked before it is saved, where it matters that much. */
  ask?: string | undefined;
  children: ReactNode;
}

/** Around the fields of a setting: saves it whole. Who may not change it sees it all the same. */
export function SettingForm<Key extends SettingKey>({ of, fields, valueOf, ask, children }: SettingFormProps<Key>) {
  const mayWrite = useMay('settings:write');
  const [isAsking, setAsking] = useState(false);
  const saving = useAction({
    run: async () => api.PUT('/v1/settings/{key}', { params: { path: { key: of } }, body: { value: valueOf() } }),
    touches: ['settings'],
    done: 'Saved: it holds within 5 seconds everywhere',
  });
  const { title } = SETTINGS[of];
  return (
    <>
      <Form
        error={isAsking ? null : saving.error}
        fields={fields.map((field) => `value.${field}`)}
        onSubmit={() => (ask === undefined ? saving.mutate() : setAsking(true))}
      >
        <fieldset className="plain" disabled={!mayWrite}>
          {children}
          {mayWrite && (
            <button className="primary" disabled={saving.isPending}>
              {saving.isPending ? 'One moment…' : 'Save'}
            </button>
          )}
        </fieldset>
      </Form>
      {isAsking && (
        <ConfirmDialog
          title={title}
          confirm="Save"
          isPending={saving.isPending}
          error={saving.error}
          onClose={() => setAsking(false)}
          onConfirm={() => saving.mutate(undefined, { onSuccess: () => setAsking(false) })}
        >
          <p>{ask}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
