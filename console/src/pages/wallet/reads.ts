import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Paging } from '../../parts/data-table';
import { curveStart } from '../../parts/curve-start';
import { api, dataOf, type Schemas } from '../../session/api';

/** Every key begins with `wallets`, so that an event about any wallet makes them all stale. */

export function useWallet(id: string) {
  return useQuery({
    queryKey: ['wallets', id],
    queryFn: () => dataOf(api.GET('/v1/wallets/{id}', { params: { path: { id } } })),
  });
}

/** What is posted, held, available and owed now, by source. */
export function useBalance(id: string) {
  return useQuery({
    queryKey: ['wallets', id, 'balance'],
    queryFn: () => dataOf(api.GET('/v1/wallets/{id}/balance', { params: { path: { id } } })),
    placeholderData: keepPreviousData,
  });
}

export function useForecast(id: string) {
  return useQuery({
    queryKey: ['wallets', id, 'forecast'],
    queryFn: () => dataOf(api.GET('/v1/wallets/{id}/forecast', { params: { path: { id } } })),
  });
}

const CURVE_POINTS = 200;
/** The balance over the last days, or since the wallet was opened, and what happened. */
export function useCurve({ id, created_at: openedAt }: Schemas['WalletDto'], days: number) {
  return useQuery({
    queryKey: ['analytics', 'wallets', id, days],
    queryFn: () => {
      const from = curveStart(openedAt, days);
      const query = { from, points: CURVE_POINTS };
      return dataOf(api.GET('/v1/analytics/wallets/{id}', { params: { path: { id }, query } }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useDecisions(id: string, { limit, offset }: Pick<Paging, 'limit' | 'offset'>) {
  return useQuery({
    queryKey: ['wallets', id, 'decisions', { limit, offset }],
    queryFn: () =>
      dataOf(api.GET('/v1/wallets/{id}/top-up-decisions', { params: { path: { id }, query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
}

export function useTopUps(id: string, { limit, offset }: Pick<Paging, 'limit' | 'offset'>) {
  return useQuery({
    queryKey: ['top-ups', { wallet: id, limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/wallets/{id}/top-ups', { params: { path: { id }, query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
}
