/** Opens wallets of three lots each, over so many connections at a time. */
export async function openWallets(url: string, apiKey: string, count: number, connections: number): Promise<string[]> {
  const walletIds: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      walletIds.push(await openWallet(url, apiKey));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return walletIds;
}

async function openWallet(url: string, apiKey: string): Promise<string> {
  const response = await fetch(`${url}/v1/wallets`, { method: 'POST', headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, body: '{}' });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as any).id;
}
