import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Response } from 'supertest';
import { AppUser } from '../src/auth/users/app-user.entity.js';
import { AttemptLimits } from '../src/auth/users/attempt-limits.js';
import { startTestApp, type TestApp } from './support/app.js';
import { CHEAP_HASH, PASSWORD } from './support/tenant-users.js';

const QUARTER_HOUR_S = 900;
const HOUR_S = 3600;

describe('attempts to log in and to sign up', () => {
  let service: TestApp;
  let addresses = 0;
  let email: string;

  beforeAll(async () => {
    service = await startTestApp({ config: { trustProxy: 1 } });
  });
  beforeEach(async () => {
    email = `user-${addresses}@acme.example`;
    await call('signup', newAddress(), { password: PASSWORD }).expect(200);
    await service.get(EntityManager).fork().nativeUpdate(AppUser, { email }, { passwordHash: CHEAP_HASH });
  });
  afterAll(() => service.close());

  const newAddress = () => `203.0.113.${(addresses += 1)}`;

  function call(route: 'signup' | 'login', from: string, body: object, url = service.url) {
    return request(url)
      .post(`/v1/auth/${route}`)
      .set('X-Forwarded-For', from)
      .send({ email, ...body });
  }

  const guess = (from: string) => call('login', from, { password: 'is it this one?' });
  const logIn = (from: string) => call('login', from, { password: PASSWORD });

  function expectRefusal({ status, body, headers }: Response, windowSeconds: number): void {
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'too_many_requests', http_status_code: 429, success: false });
    const retryAfter = Number(headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(windowSeconds - 120);
    expect(retryAfter).toBeLessThanOrEqual(windowSeconds);
  }

  it('end after ten wrong passwords for a user from an address, and for nobody else', async () => {
    const [attacker, user] = [newAddress(), newAddress()];
    for (let count = 0; count < 10; count += 1) await guess(attacker).expect(401);
    expectRefusal(await guess(attacker), QUARTER_HOUR_S);
    expectRefusal(await logIn(attacker), QUARTER_HOUR_S);
    await logIn(user).expect(200);
    await guess(user).expect(401);
    await call('login', attacker, { email: 'other@acme.example', password: PASSWORD }).expect(401);
  });

  it('are counted before they are looked at: twenty at once are not twenty guesses', async () => {
    const attacker = newAddress();
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess(attacker)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  it('begin anew after the right password', async () => {
    const address = newAddress();
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 9; count += 1) await guess(address).expect(401);
      await logIn(address).expect(200);
    }
  });

  it('end for an unknown user as for a known one', async () => {
    const [first, second] = [newAddress(), newAddress()];
    const limits = service.get(AttemptLimits);
    for (let count = 0; count < 10; count += 1) {
      await limits.beforeLogin(first, email);
      await limits.beforeLogin(second, 'nobody@acme.example');
    }
    const known = await guess(first);
    const unknown = await call('login', second, { email: 'nobody@acme.example', password: PASSWORD });
    expectRefusal(known, QUARTER_HOUR_S);
    expect(unknown.body).toEqual(known.body);
  });

  it('end after a hundred logins from an address, whoever it is that logs in', async () => {
    const address = newAddress();
    const limits = service.get(AttemptLimits);
    for (let count = 0; count < 100; count += 1) await limits.beforeLogin(address, `user-${count}@guess.example`);
    expectRefusal(await logIn(address), QUARTER_HOUR_S);
    await logIn(newAddress()).expect(200);
  });

  it('end after twenty tenants an hour from an address', async () => {
    const address = newAddress();
    for (let count = 0; count < 20; count += 1) await service.get(AttemptLimits).beforeSignup(address);
    expectRefusal(await call('signup', address, { email: 'new@acme.example', password: PASSWORD }), HOUR_S);
    await call('signup', newAddress(), { email: 'new@acme.example', password: PASSWORD }).expect(200);
  });

  it('that are malformed are not counted', async () => {
    const address = newAddress();
    for (let count = 0; count < 25; count += 1) await call('signup', address, { password: 'short' }).expect(400);
    for (let count = 0; count < 15; count += 1) await call('login', address, { password: 'short' }).expect(400);
    await logIn(address).expect(200);
  });

  it('count for the whole network of an IPv6 address', async () => {
    for (let count = 0; count < 20; count += 1) {
      await service.get(AttemptLimits).beforeSignup(`2001:db8:7:7::${count}`);
    }
    const body = { email: 'six@acme.example', password: PASSWORD };
    expectRefusal(await call('signup', '2001:db8:7:7:8:9:a:b', body), HOUR_S);
    await call('signup', '2001:db8:7:8::1', body).expect(200);
  });

  it('do not get around a limit by naming other addresses: only as many proxies are believed as there are', async () => {
    const open = await startTestApp();
    const post = (url: string, from: string) =>
      call('signup', from, { email: 'x@acme.example', password: PASSWORD }, url);
    try {
      for (let count = 0; count < 20; count += 1) {
        await open.get(AttemptLimits).beforeSignup('127.0.0.1');
        await service.get(AttemptLimits).beforeSignup('192.0.2.9');
      }
      expectRefusal(await post(open.url, '192.0.2.1'), HOUR_S);
      expectRefusal(await post(service.url, '192.0.2.1, 192.0.2.9'), HOUR_S);
    } finally {
      await open.close();
    }
  });
});
