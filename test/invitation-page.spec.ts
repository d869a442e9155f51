import supertest from 'supertest';
import { startTestApp, type TestApp } from './support/app.js';
import { BROWSER_PATH, LonePage } from './support/browser.js';
import { expectOwnElementsOnly } from './support/page-policy.js';
import { TenantUsersScene } from './support/tenant-users.js';

const PASSWORD = 'correct horse battery staple';

describe('the page of an invitation', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  it('trusts its own two elements only, by a nonce of each answer', async () => {
    await expectOwnElementsOnly(service.url, '/invitation');
  });

  // A machine without a browser says so, instead of looking complete.
  (BROWSER_PATH === undefined ? describe.skip : describe)('in a browser of a phone', () => {
    let phone: LonePage;
    beforeAll(async () => {
      phone = await LonePage.open();
    });
    afterAll(() => phone.close());

    const isAt = (status: string) => phone.until(`document.body.dataset.status === '${status}'`);

    it('makes its user, who logs in with the password that was chosen; the link is good once', async () => {
      const scene = await TenantUsersScene.create(service);
      const owner = await scene.user('owner');
      const email = `grace@${scene.domain}`;
      const { body } = await owner.client.post('/v1/users/invitations', { email, role: 'finance' }).expect(201);
      await phone.goTo(`${service.url}${body.link}`);
      await isAt('open');
      expect(await phone.evaluate(`document.querySelector('#email').value`)).toBe(email);
      expect(await phone.evaluate(`document.querySelector('#words').textContent`)).toContain('Acme as finance');
      expect(await phone.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      await phone.evaluate(`document.querySelector('#password').value = '${PASSWORD}'`);
      await phone.click('#accept');
      await isAt('accepted');
      await supertest(service.url).post('/v1/auth/login').send({ email, password: PASSWORD }).expect(200);
      await phone.goTo('about:blank');
      await phone.goTo(`${service.url}${body.link}`);
      await isAt('invalid');
    });
  });
});
