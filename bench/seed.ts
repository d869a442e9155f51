/** Credits of each lot: more than any run can spend. */
const CREDITS = '100000000';

/** Opens wallets of three lots each (two with a priority), over so many connections at a time. */
export async function openWallets(url: string, apiKey: string, count: number, connections: number): Promise<string[]> {
  const openWallet = async (number: number): Promise<string> => {
    const id = await openOne(url, apiKey, `bench-${number}`, CREDITS);
    for (const priority of [1, 2]) {
      const lot = { credits_to_add: CREDITS, transaction_reason: 'FREE_CREDIT_GRANT', priority };
      await post(url, apiKey, `/v1/wallets/${id}/top-up`, { ...lot, idempotency_key: `${id}-${priority}` });
    }
    return id;
  };
  const walletIds: string[] = [];
  let opened = 0;
  const openNext = async (): Promise<void> => {
    while (opened < count) {
      opened += 1;
      walletIds.push(await openWallet(opened));
    }
  };
  await Promise.all(Array.from({ length: connections }, openNext));
  return walletIds;
}

/** One wallet of so many open lots, all of which outlive the run. */
export async function openWalletOfLots(
  url: string,
  apiKey: string,
  lots: number,
  connections: number,
): Promise<string> {
  const id = await openOne(url, apiKey, `bench-lots-${lots}`, CREDITS);
  let granted = 1;
  const grantNext = async (): Promise<void> => {
    while (granted < lots) {
      granted += 1;
      const lot = { credits_to_add: CREDITS, transaction_reason: 'FREE_CREDIT_GRANT', priority: granted % 7 };
      await post(url, apiKey, `/v1/wallets/${id}/top-up`, { ...lot, idempotency_key: `${id}-${granted}` });
    }
  };
  await Promise.all(Array.from({ length: connections }, grantNext));
  return id;
}

/** Wallets without a transaction, to be given a past. */
export async function openEmptyWallets(url: string, apiKey: string): Promise<{ short: string; long: string }> {
  return {
    short: await openOne(url, apiKey, 'bench-short', '0'),
    long: await openOne(url, apiKey, 'bench-long', '0'),
  };
}

async function openOne(url: string, apiKey: string, externalId: string, credits: string): Promise<string> {
  const customer = await post(url, apiKey, '/v1/customers', { external_id: externalId, name: externalId });
  const wallet = { customer_id: customer.id, currency: 'usd', initial_credits_to_load: credits };
  return (await post(url, apiKey, '/v1/wallets', wallet)).id;
}

async function post(url: string, apiKey: string, path: string, body: object): Promise<{ id: string }> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
