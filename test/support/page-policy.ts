import supertest from 'supertest';

/**
 * That a page trusts its own script and style only, by a nonce of each answer, and is not stored.
 * @param provider the address of a payment provider that the page may ask and show beside itself
 */
export async function expectOwnElementsOnly(url: string, path: string, provider?: string): Promise<void> {
  const [first, second] = [await look(url, path), await look(url, path)];
  expect(first.nonce).not.toBe(second.nonce);
  const beside = provider ? ` ${provider}` : '';
  const frames = provider ? `frame-src ${provider}; ` : '';
  expect(first.policy.replaceAll(first.nonce, 'N')).toBe(
    `default-src 'none'; script-src 'nonce-N'${beside}; style-src 'nonce-N'; connect-src 'self'${beside}; ` +
      `${frames}base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  expect(first.text.match(/<(?:script|style)/g)).toHaveLength(first.text.split(`nonce="${first.nonce}"`).length - 1);
  expect(first.text).not.toMatch(/ on[a-z]+=|style="/);
}

async function look(url: string, path: string) {
  const { headers, text } = await supertest(url).get(path).expect(200);
  const policy = headers['content-security-policy'] as string;
  return { headers, text, policy, nonce: /'nonce-([^']+)'/.exec(policy)?.[1] as string };
}
