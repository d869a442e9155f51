import { useQuery } from '@tanstack/react-query';
import { DataTable } from '../../parts/data-table';
import { Section } from '../../parts/layout';
import { api, dataOf } from '../../session/api';
import { PAYMENT_COLUMNS } from './payment-columns';

/** All that was paid on an invoice, or tried. */
export function PaymentsOfInvoice({ invoiceId }: { invoiceId: string }) {
  const query = useQuery({
    queryKey: ['payments', { invoiceId }],
    queryFn: () => dataOf(api.GET('/v1/payments', { params: { query: { destination_id: invoiceId, limit: 100 } } })),
  });
  return (
    <Section title="Payments">
      <DataTable
        caption="Payments"
        columns={PAYMENT_COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        empty="Nothing was paid on it yet."
      />
    </Section>
  );
}
