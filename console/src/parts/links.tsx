import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api, dataOf } from '../session/api';
import { useMay } from '../session/session';

const MOST_NAMES = 100;
const KEPT_MS = 300_000;
const TAIL = 6;

/** A link to a customer by name. All customers that a page names are asked for in one request. */
export function CustomerLink({ id }: { id: string }) {
  const isReadable = useMay('customers:read');
  const { data } = useQuery({
    queryKey: ['customers', 'name', id],
    queryFn: () => nameOf(id),
    enabled: isReadable,
    staleTime: KEPT_MS,
  });
  if (!isReadable) return <ShortId id={id} />;
  return <Link href={`/customers/${id}`}>{data ?? <ShortId id={id} />}</Link>;
}

/** A link to something that has no name, such as a wallet: `to="/wallets"`. */
export function IdLink({ to, id, children }: { to: string; id: string; children?: ReactNode }) {
  return <Link href={`${to}/${id}`}>{children ?? <ShortId id={id} />}</Link>;
}

/** An id whose kind and end are enough to tell it from others; whole in its title. */
export function ShortId({ id }: { id: string }) {
  const [kind] = id.split('_');
  return (
    <code title={id}>
      {kind}…{id.slice(-TAIL)}
    </code>
  );
}

let asked: { ids: Set<string>; names: Promise<Map<string, string>> } | undefined;

/** The name, or the tenant's own id; null of one that is not there any more. Whoever asks at the same moment shares a request. */
async function nameOf(id: string): Promise<string | null> {
  if (!asked || asked.ids.size >= MOST_NAMES) {
    const ids = new Set<string>();
    asked = { ids, names: readNames(ids) };
  }
  asked.ids.add(id);
  return (await asked.names).get(id) ?? null;
}

async function readNames(ids: Set<string>): Promise<Map<string, string>> {
  await new Promise((resolve) => setTimeout(resolve));
  asked = undefined;
  const body = { customer_ids: [...ids], limit: MOST_NAMES };
  const { items } = await dataOf(api.POST('/v1/customers/search', { body }));
  return new Map(items.map(({ id, name, external_id }) => [id, name || external_id]));
}
