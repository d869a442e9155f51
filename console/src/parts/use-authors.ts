import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../session/api';
import { useMay } from '../session/session';

/**
 * Names of `created_by` and the like: of a person, or of a key. Who may not read users sees ids.
 * @returns what to show for an id
 */
export function useAuthors(ids: readonly string[]): (id: string) => string {
  const wanted = [...new Set(ids)].filter((id) => id !== '').toSorted();
  const found = useQuery({
    queryKey: ['users', 'authors', wanted],
    queryFn: () => dataOf(api.POST('/v1/users/search', { body: { user_ids: wanted, limit: wanted.length } })),
    enabled: useMay('users:read') && wanted.length > 0,
  });
  const names = new Map(found.data?.items.map(({ id, name, email }) => [id, name || email]));
  return (id) => (id === '' ? 'the service' : (names.get(id) ?? id));
}
