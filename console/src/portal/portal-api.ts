import { createApi } from '../../../client/src/api.js';
import { errorOf } from '../../../client/src/errors.js';
import { onSessionOver, queries } from '../session/queries';

/** The session's token, in this tab only, so that a reload stays where it is. A browser may keep nothing. */
const KEPT_AS = 'refill:portal';
const TOKEN_HEADER = 'X-Session-Token';
/** A file that is being saved. */
const KEPT_MS = 60_000;
const ENDED = ['portal-ended'] as const;

/**
 * The token that the link has brought behind `#`, taken out of the address at once: not in the history, and in no link that
 * somebody copies from it.
 * @returns undefined where there is none: the page was opened without a link
 */
function takeToken(): string | undefined {
  const brought = location.hash.slice(1);
  if (brought === '') return keptToken();
  history.replaceState(null, '', location.pathname + location.search);
  try {
    sessionStorage.setItem(KEPT_AS, brought);
  } catch {
    // Then the link is needed again after a reload.
  }
  return brought;
}

function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? undefined;
  } catch {
    return undefined;
  }
}

/** What a page of the payment provider's has sent somebody back with, taken out of the address: a reload says it no more. */
function takeReturn(): { from: string; setupId: string | null } | undefined {
  const address = new URL(location.href);
  const from = address.searchParams.get('back');
  if (from === null) return undefined;
  const setupId = address.searchParams.get('setup');
  for (const name of ['back', 'setup']) address.searchParams.delete(name);
  history.replaceState(null, '', address.pathname + address.search);
  return { from, setupId };
}

const token = takeToken();

/** Undefined where somebody has just come by their link. */
export const returned = takeReturn();

/** False in a tab that only a page of the provider's has come back to. */
export const cameByLink = token !== undefined;

const headers: Record<string, string> = token === undefined ? {} : { [TOKEN_HEADER]: token };

/** The routes below `/v1/customer/portal`: those, and no others, know the token. */
export const portalApi = createApi(location.origin, headers, {
  timeoutMs: 30_000,
  retries: 1,
  fetch: (...request) => fetch(...request),
});

/** Whether there is no session, or none any more. */
export const endedQuery = { queryKey: ENDED, queryFn: () => token === undefined, staleTime: Infinity } as const;

/** From the first refusal on nothing is shown that was read before. */
onSessionOver(() => {
  try {
    sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Nothing was kept.
  }
  queries.setQueryData(ENDED, true);
});

/** Saves a file that only the session may have, so no link leads to it. */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetch(path, { headers });
  if (!response.ok) throw await errorOf(response);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  // Not at once: some browsers read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
