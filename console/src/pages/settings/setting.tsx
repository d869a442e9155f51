import { useQuery } from '@tanstack/react-query';
import { type ComponentType, useState } from 'react';
import { Link, useParams } from 'wouter';
import { ConfirmDialog } from '../../parts/dialog';
import { Instant } from '../../parts/instant';
import { Card, Page } from '../../parts/layout';
import { Empty, Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { useAuthors } from '../../parts/use-authors';
import { api } from '../../session/api';
import { useMay } from '../../session/session';
import { AlertsForm } from './alerts-form';
import { BillingSystem } from './billing-system';
import { BonusForm } from './bonus-form';
import { CreditsForm } from './credits-form';
import { FeeForm } from './fee-form';
import { InvoicesForm } from './invoices-form';
import { PaymentsForm } from './payments-form';
import { PortalForm } from './portal-form';
import { RateLimitsForm } from './rate-limits-form';
import { readSetting, type Setting, settingKey } from './read-setting';
import { type SettingKey, SETTINGS, type SettingValues } from './setting-words';
import { Stripe } from './stripe';
import { WalletsForm } from './wallets-form';

const FORMS: { readonly [Key in SettingKey]: ComponentType<{ value: SettingValues[Key] }> } = {
  payments: PaymentsForm,
  credits: CreditsForm,
  bonus_credits_topup_config: BonusForm,
  top_up_fee: FeeForm,
  invoice_config: InvoicesForm,
  wallet_balance_alert_config: AlertsForm,
  wallets: WalletsForm,
  rate_limits: RateLimitsForm,
  portal: PortalForm,
};

/** One setting, with the form that it has. */
export default function SettingPage() {
  const { key } = useParams<{ key: string }>();
  if (!(key in SETTINGS)) {
    return (
      <Page title="Settings">
        <Empty title="There is no such setting.">
          <Link href="/settings">All settings</Link>
        </Empty>
      </Page>
    );
  }
  return <KnownSetting of={key as SettingKey} />;
}

function KnownSetting({ of }: { of: SettingKey }) {
  const { title, about } = SETTINGS[of];
  const query = useQuery({ queryKey: settingKey(of), queryFn: () => readSetting(of) });
  return (
    <Page
      title={title}
      actions={
        <>
          <Link href="/settings">All settings</Link>
          {query.data && !query.data.isDefault && <Reset of={of} />}
        </>
      }
    >
      <p className="note">{about}</p>
      <Found query={query}>{(setting) => <FoundSetting of={of} setting={setting} />}</Found>
    </Page>
  );
}

function FoundSetting({ of, setting }: { of: SettingKey; setting: Setting<SettingKey> }) {
  const Form = FORMS[of] as ComponentType<{ value: unknown }>;
  const { value, isDefault, updatedAt, updatedBy } = setting;
  const nameOf = useAuthors(isDefault ? [] : [updatedBy]);
  return (
    <>
      <Card>
        {/* What was saved, here or by somebody else, is what is shown. */}
        <Form key={updatedAt} value={value} />
      </Card>
      <p className="note below">
        {isDefault ? (
          'This is the default.'
        ) : (
          <>
            Changed <Instant at={updatedAt} /> by {nameOf(updatedBy)}.{' '}
            <Link href={`/audit-log?target=${of}`}>History</Link>
          </>
        )}
      </p>
      {of === 'payments' && (
        <>
          <Stripe />
          <BillingSystem />
        </>
      )}
    </>
  );
}

function Reset({ of }: { of: SettingKey }) {
  const [isOpen, setOpen] = useState(false);
  const resetting = useAction({
    run: () => api.DELETE('/v1/settings/{key}', { params: { path: { key: of } } }),
    touches: ['settings'],
    done: 'The default is in force again, within 5 seconds everywhere',
    onDone: () => setOpen(false),
  });
  const { title } = SETTINGS[of];
  if (!useMay('settings:write')) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Back to the default
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`${title}: back to the default`}
          confirm="Back to the default"
          isDangerous
          isPending={resetting.isPending}
          error={resetting.error}
          onClose={() => setOpen(false)}
          onConfirm={() => resetting.mutate()}
        >
          <p>What is set here is forgotten. It holds within 5 seconds everywhere.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
