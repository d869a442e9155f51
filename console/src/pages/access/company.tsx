import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Form, TextField } from '../../parts/form';
import { Card, Page } from '../../parts/layout';
import { Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay, useSession } from '../../session/session';

type Tenant = Schemas['TenantDto'];

const CONTACT = [
  ['email', 'E-mail address for bills'],
  ['help_email', 'E-mail address for help'],
  ['phone', 'Phone'],
] as const;
const ADDRESS = [
  ['address_line1', 'Street'],
  ['address_line2', 'Floor, department'],
  ['address_city', 'City'],
  ['address_state', 'State'],
  ['address_postal_code', 'Postal code'],
  ['address_country', 'Country'],
] as const;
const FIELDS = [
  'name',
  ...CONTACT.map(([name]) => `billing_details.${name}`),
  ...ADDRESS.map(([name]) => `billing_details.address.${name}`),
];

/** Whose installation this is: the tenant's name, and who is to be written to. */
export default function CompanyPage() {
  const { tenant } = useSession();
  const query = useQuery({
    queryKey: ['tenant'],
    queryFn: () => dataOf(api.GET('/v1/tenants/{id}', { params: { path: { id: tenant.id } } })),
  });
  return (
    <Page title="Company">
      <Found query={query}>{(found) => <Company key={found.updated_at} tenant={found} />}</Found>
    </Page>
  );
}

function Company({ tenant }: { tenant: Tenant }) {
  const mayWrite = useMay('tenant:write');
  const [name, setName] = useState(tenant.name);
  const [contact, setContact] = useState({
    email: tenant.billing_details?.email ?? '',
    help_email: tenant.billing_details?.help_email ?? '',
    phone: tenant.billing_details?.phone ?? '',
  });
  const [address, setAddress] = useState<Record<string, string>>({ ...tenant.billing_details?.address });
  const saving = useAction({
    run: () => api.PUT('/v1/tenants/update', { body: { name, billing_details: { ...contact, address } } }),
    touches: ['tenant', 'session', 'audit'],
    done: 'Saved',
  });
  return (
    <Card>
      <Form error={saving.error} fields={FIELDS} onSubmit={() => saving.mutate()}>
        <fieldset className="plain" disabled={!mayWrite}>
          <TextField
            name="name"
            label="Name"
            hint="As it stands on this console and in the customers’ portal."
            value={name}
            onChange={setName}
          />
          <div className="side-by-side">
            {CONTACT.map(([field, label]) => (
              <TextField
                key={field}
                name={`billing_details.${field}`}
                label={label}
                value={contact[field]}
                onChange={(text) => setContact((before) => ({ ...before, [field]: text }))}
              />
            ))}
          </div>
          <div className="side-by-side">
            {ADDRESS.map(([field, label]) => (
              <TextField
                key={field}
                name={`billing_details.address.${field}`}
                label={label}
                value={address[field] ?? ''}
                onChange={(text) => setAddress((before) => ({ ...before, [field]: text }))}
              />
            ))}
          </div>
          {mayWrite && (
            <button className="primary" disabled={saving.isPending}>
              {saving.isPending ? 'One moment…' : 'Save'}
            </button>
          )}
        </fieldset>
      </Form>
    </Card>
  );
}
