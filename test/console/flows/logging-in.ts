import type { ConsoleScene } from '../support/console-scene.js';

const FIRST_LOAD_LIMIT_BYTES = 150_000;

export function loggingIn(scene: () => ConsoleScene): void {
  describe('logging in', () => {
    beforeAll(async () => {
      const { client } = scene();
      const { id } = (await client.post('/v1/customers', { external_id: 'initech', name: 'Initech' }).expect(201)).body;
      const wallet = { customer_id: id, currency: 'usd', name: 'Main', initial_credits_to_load: '1234567.5' };
      await client.post('/v1/wallets', wallet).expect(200);
    });

    it('lets a person in by e-mail to find a customer, and out again for good', async () => {
      const visit = await scene().visitAs(scene().owner, '/customers');
      const { page } = visit;
      await page.getByLabel('Part of a name').fill('initech');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL(/name=initech/);
      await visit.expectGood();
      await page.getByRole('link', { name: 'Initech' }).click();
      await page.getByRole('heading', { name: 'Initech' }).waitFor();
      await page.getByText('1,234,567.5', { exact: true }).first().waitFor();
      await visit.expectGood();
      await page.reload();
      await page.getByRole('heading', { name: 'Initech' }).waitFor();

      const [cookie] = await visit.context.cookies();
      expect(cookie).toMatchObject({ name: 'refill_session', httpOnly: true, sameSite: 'Strict' });
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByLabel('E-mail address').waitFor();
      expect(await visit.context.cookies()).toEqual([]);
      const { value } = cookie as { value: string };
      const after = await fetch(`${scene().service.url}/v1/session`, {
        headers: { cookie: `refill_session=${value}` },
      });
      expect(after.status).toBe(401);
      await visit.expectGood();
      await visit.end();
    });

    it('lets a person in by a key, which is nowhere in the browser then', async () => {
      const visit = await scene().visit();
      const { page } = visit;
      await visit.open('/console/customers');
      await page.getByRole('button', { name: 'Log in with a server key' }).click();
      await page.getByLabel('Server key').fill('sk_wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      visit.forgive(/401/);
      await page.getByLabel('Server key').fill(scene().client.key);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Initech' }).waitFor();
      const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
      expect(kept + JSON.stringify(await visit.context.cookies()) + (await page.content())).not.toContain('sk_');
      expect(kept).toBe('[{"refill:logged-in":"yes"},{}]');
      expect(visit.faults).toEqual([]);
      // As after a release: its file is gone.
      await page.route(/assets\/invoices-/, (route) => route.abort());
      await page.getByRole('link', { name: 'Invoices' }).click();
      await page.getByText('This page could not be loaded').waitFor();
      await visit.end();
    });

    it('shows the other environment once a person goes there, and only what is in it', async () => {
      const visit = await scene().visitAs(scene().owner, '/customers');
      const { page } = visit;
      await page.getByRole('link', { name: 'Initech' }).waitFor();
      await page.getByLabel('Environment').selectOption('Production');
      await page.getByText('There are no wallets in Production yet').waitFor();
      await page.getByRole('link', { name: 'Customers' }).click();
      await page.getByText('There are no customers yet.').waitFor();
      await visit.expectGood();
      await visit.end();
    });

    it('is served so that a browser keeps what lasts, and asks anew for what does not', async () => {
      const { url } = scene().service;
      const page = await fetch(`${url}/console/customers/any`);
      expect(Object.fromEntries(page.headers)).toMatchObject({
        'cache-control': 'no-cache',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        'content-type': 'text/html; charset=utf-8',
      });
      const script = /src="(\/console\/assets\/[^"]+)"/.exec(await page.text())?.[1] as string;
      for (const encoding of ['br', 'gzip', 'identity']) {
        const { headers, status } = await fetch(url + script, { headers: { 'accept-encoding': encoding } });
        expect(status).toBe(200);
        expect(headers.get('content-encoding') ?? 'identity').toBe(encoding);
        expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      }
      for (const path of ['/console/assets/gone.js', '/console/assets/..%2findex.html', '/console/no.js']) {
        expect((await fetch(url + path)).status).toBe(404);
      }
    });

    it('loads little at first, in few and lasting files', async () => {
      const visit = await scene().visitAs(scene().owner);
      await visit.page.getByRole('heading', { name: 'What needs a person' }).waitFor();
      const files = visit.loaded.filter(({ path }) => path.startsWith('/console'));
      const sizes = await Promise.all(files.map(async ({ path, bytes }) => `${path} ${await bytes}`));
      const total = (await Promise.all(files.map(({ bytes }) => bytes))).reduce((sum, bytes) => sum + bytes, 0);
      console.info(`the console’s first load: ${total} bytes in ${files.length} files`);
      expect({ sizes, isSmall: total < FIRST_LOAD_LIMIT_BYTES && total > 10_000 }).toEqual({ sizes, isSmall: true });
      await visit.end();
    });
  });
}
