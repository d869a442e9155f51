import { Instant } from '../../parts/instant';
import { Definitions, Section } from '../../parts/layout';
import { useAuthors } from '../../parts/use-authors';
import type { Schemas } from '../../session/api';

type Customer = Schemas['CustomerDto'];

/** Who it is, and what invoices say of them. */
export function DetailsTab({ customer }: { customer: Customer }) {
  const authorOf = useAuthors([customer.created_by, customer.updated_by]);
  const { address_line1, address_line2, address_postal_code, address_city, address_state, address_country } = customer;
  const address = [address_line1, address_line2, address_postal_code, address_city, address_state, address_country];
  const metadata = Object.entries(customer.metadata);
  return (
    <>
      <Section title="Details">
        <Definitions
          of={[
            ['Name', customer.name],
            ['E-mail', customer.email || null],
            ['Telephone', customer.contact || null],
            ['Address', address.filter(Boolean).join(', ') || null],
            ['Tax number', customer.tax_id || null],
            ['Time zone', customer.timezone],
            ['Made', <Instant key="made" at={customer.created_at} />],
            ['Made by', authorOf(customer.created_by)],
            ['Changed', <Instant key="changed" at={customer.updated_at} />],
            ['Changed by', authorOf(customer.updated_by)],
          ]}
        />
      </Section>
      {metadata.length > 0 && (
        <Section title="Metadata">
          <Definitions of={metadata.map(([key, value]) => [key, value])} />
        </Section>
      )}
    </>
  );
}
