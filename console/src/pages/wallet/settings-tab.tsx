import { useState } from 'react';
import { Form, AmountField, TextField } from '../../parts/form';
import { Instant } from '../../parts/instant';
import { Definitions, Section } from '../../parts/layout';
import { MetadataField, metadataOf, metadataRows } from '../../parts/metadata-field';
import { useAction } from '../../parts/use-action';
import { useAuthors } from '../../parts/use-authors';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { AlertHistory } from './alert-history';
import { AlertsForm } from './alerts-form';
import { StateActions } from './state-actions';

type Wallet = Schemas['WalletDto'];

/** What it is called, when somebody is told, how far it may go into debt; freezing, converting, closing it. */
export function SettingsTab({ wallet }: { wallet: Wallet }) {
  const mayWrite = useMay('wallets:write') && wallet.wallet_status !== 'closed';
  return (
    <>
      <Facts wallet={wallet} />
      {mayWrite && (
        <div className="two-columns">
          <Details wallet={wallet} />
          <AlertsForm wallet={wallet} />
        </div>
      )}
      <AlertHistory walletId={wallet.id} />
      {mayWrite && <StateActions wallet={wallet} />}
    </>
  );
}

function Facts({ wallet }: { wallet: Wallet }) {
  const authorOf = useAuthors([wallet.created_by]);
  const { currency, conversion_rate: rate, topup_conversion_rate: buyingRate, metadata } = wallet;
  return (
    <Section title="Facts">
      <Definitions
        of={[
          ['A credit is worth', `${rate} ${currency.toUpperCase()}`],
          ['A credit is bought for', `${buyingRate} ${currency.toUpperCase()}`],
          ['Pays for', wallet.config.allowed_price_types.join(', ').toLowerCase()],
          ['Made', <Instant key="made" at={wallet.created_at} />],
          ['Made by', authorOf(wallet.created_by)],
          ['Changed', <Instant key="changed" at={wallet.updated_at} />],
          ['Description', wallet.description || null],
          ...Object.entries(metadata).map(([key, value]): [string, string] => [key, value]),
        ]}
      />
    </Section>
  );
}

const FIELDS = ['name', 'description', 'overdraft_limit', 'metadata'];

function Details({ wallet }: { wallet: Wallet }) {
  const [name, setName] = useState(wallet.name);
  const [description, setDescription] = useState(wallet.description);
  const [overdraft, setOverdraft] = useState(wallet.overdraft_limit);
  const [metadata, setMetadata] = useState(() => metadataRows(wallet.metadata));
  const saving = useAction({
    run: () =>
      dataOf(
        api.PUT('/v1/wallets/{id}', {
          params: { path: { id: wallet.id } },
          body: { name, description, overdraft_limit: overdraft, metadata: metadataOf(metadata) },
        }),
      ),
    touches: ['wallets'],
    done: 'Saved',
  });
  return (
    <Section title="Details">
      <div className="card">
        <Form error={saving.error} fields={FIELDS} onSubmit={() => saving.mutate()}>
          <TextField name="name" label="Name" value={name} onChange={setName} />
          <TextField name="description" label="Description" value={description} onChange={setDescription} />
          <AmountField
            name="overdraft_limit"
            label="Debits may go so many credits into debt"
            value={overdraft}
            onChange={setOverdraft}
          />
          <MetadataField rows={metadata} onChange={setMetadata} />
          <button className="primary" disabled={saving.isPending}>
            Save
          </button>
        </Form>
      </div>
    </Section>
  );
}
