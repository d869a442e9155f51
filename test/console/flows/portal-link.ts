import type { ConsoleScene } from '../support/console-scene.js';

export function portalLink(scene: () => ConsoleScene): void {
  describe('the link of a portal session', () => {
    it('shows a customer what they have, and keeps its token out of the address', async () => {
      const { client } = scene();
      const { id } = (await client.post('/v1/customers', { external_id: 'hooli', name: 'Hooli' }).expect(201)).body;
      await client.post('/v1/wallets', { customer_id: id, currency: 'usd', initial_credits_to_load: '25' }).expect(200);
      const { url } = (await client.get('/v1/customers/portal/hooli').expect(200)).body as { url: string };
      const visit = await scene().visit();
      await visit.page.goto(url);
      await visit.page.getByText('25', { exact: true }).first().waitFor();
      expect(visit.page.url()).toBe(url.split('#')[0]);
      await visit.expectGood();
      await visit.page.reload();
      await visit.page.getByText('25', { exact: true }).first().waitFor();
      await visit.end();
    });

    it('without its token shows where to get one', async () => {
      const visit = await scene().visit();
      await visit.open('/v1/customer/portal');
      await visit.page.getByText('This link has ended').waitFor();
      await visit.expectGood();
      await visit.end();
    });
  });
}
