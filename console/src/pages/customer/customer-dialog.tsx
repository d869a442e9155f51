import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { TextField } from '../../parts/form';
import { MetadataField, metadataOf, metadataRows } from '../../parts/metadata-field';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type Customer = Schemas['CustomerDto'];

interface CustomerDialogProps {
  /** The one to change; without it a new one is made. */
  customer?: Customer;
  onDone?: (customer: Customer) => void;
  onClose: () => void;
}

/** As the API calls them, in the order of the form. */
const TEXTS = [
  ['name', 'Name'],
  ['email', 'E-mail'],
  ['contact', 'Telephone'],
  ['address_line1', 'Address'],
  ['address_line2', 'Address, second line'],
  ['address_postal_code', 'Postal code'],
  ['address_city', 'City'],
  ['address_state', 'State or province'],
  ['address_country', 'Country, two letters'],
  ['tax_id', 'Tax number'],
  ['timezone', 'Time zone'],
] as const;
type Name = (typeof TEXTS)[number][0];
const FIELDS = ['external_id', 'metadata', ...TEXTS.map(([name]) => name)];

/** Makes a customer, or changes one. */
export function CustomerDialog({ customer, onDone, onClose }: CustomerDialogProps) {
  const [externalId, setExternalId] = useState(customer?.external_id ?? '');
  const [texts, setTexts] = useState(() => textsOf(customer));
  const [metadata, setMetadata] = useState(() => metadataRows(customer?.metadata ?? {}));
  const saving = useAction({
    run: () => {
      const body = { ...bodyOf(texts, customer), external_id: externalId, metadata: metadataOf(metadata) };
      return customer
        ? dataOf(api.PUT('/v1/customers/{id}', { params: { path: { id: customer.id } }, body }))
        : dataOf(api.POST('/v1/customers', { body }));
    },
    touches: ['customers'],
    done: customer ? 'Saved the customer' : 'Made the customer',
    onDone: (saved) => {
      onClose();
      onDone?.(saved);
    },
  });
  return (
    <ConfirmDialog
      title={customer ? 'Change this customer' : 'New customer'}
      confirm={customer ? 'Save' : 'Make the customer'}
      isPending={saving.isPending}
      error={saving.error}
      fields={FIELDS}
      onConfirm={() => saving.mutate()}
      onClose={onClose}
    >
      <TextField
        name="external_id"
        label="Your id"
        hint="As your own system calls the customer"
        autoComplete="off"
        value={externalId}
        onChange={setExternalId}
      />
      <div className="side-by-side">
        {TEXTS.map(([name, label]) => (
          <TextField
            key={name}
            name={name}
            label={label}
            autoComplete="off"
            value={texts[name]}
            onChange={(text) => setTexts((before) => ({ ...before, [name]: text }))}
          />
        ))}
      </div>
      <MetadataField rows={metadata} onChange={setMetadata} />
    </ConfirmDialog>
  );
}

function textsOf(customer: Customer | undefined): Record<Name, string> {
  return Object.fromEntries(TEXTS.map(([name]) => [name, customer?.[name] ?? ''])) as Record<Name, string>;
}

/** What is empty and was empty is not sent; what was emptied is. */
function bodyOf(
  texts: Record<Name, string>,
  customer: Customer | undefined,
): { name: string } & Partial<Record<Name, string | null>> {
  const changed = TEXTS.filter(([name]) => texts[name] !== (customer?.[name] ?? ''));
  return { ...Object.fromEntries(changed.map(([name]) => [name, texts[name] || null])), name: texts.name };
}
