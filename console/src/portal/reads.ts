import { useQuery } from '@tanstack/react-query';
import { dataOf, type Schemas } from '../session/api';
import { portalApi } from './portal-api';

const LOOK_AGAIN_MS = 3000;
const MOST_PACKS = 100;
/** States in which the provider or the customer has yet to act. */
const OPEN: ReadonlySet<string> = new Set([
  'created',
  'charging',
  'processing',
  'unknown',
  'requires_action',
  'retry_wait',
  'canceling',
]);

export function isOpen({ status }: Schemas['AccountTopUpDto']): boolean {
  return OPEN.has(status);
}

export function useWallets() {
  return useQuery({
    queryKey: ['portal', 'wallets'],
    queryFn: () => dataOf(portalApi.POST('/v1/customer/portal/wallets')),
  });
}

export function usePacks() {
  return useQuery({
    queryKey: ['portal', 'packs'],
    queryFn: () => dataOf(portalApi.GET('/v1/customer/portal/packs', { params: { query: { length: MOST_PACKS } } })),
  });
}

export function useCard() {
  return useQuery({
    queryKey: ['portal', 'card'],
    queryFn: () => dataOf(portalApi.GET('/v1/customer/portal/card')),
  });
}

/** The latest purchases, looked at again while one of them is under way. */
export function useRecentPurchases() {
  return useQuery({
    queryKey: ['portal-recent'],
    queryFn: () => dataOf(portalApi.GET('/v1/customer/portal/top-ups', { params: { query: { length: 10 } } })),
    refetchInterval: ({ state }) => (state.data?.results.some(isOpen) ? LOOK_AGAIN_MS : false),
  });
}
