import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Response, type Test } from 'supertest';
import { createAccount, createTenant, call, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof METHODS)[number];
interface Route {
  method: Method;
  path: string;
  contentTypes: string[];
}

const CONTENT_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** Routes that look at no API key, and what they answer to a request without anything. */
const KEYLESS: [path: string, status: number][] = [
  ['/v1/customer/portal/', 401],
  ['/v1/auth/', 400],
  ['/v1/payments/webhooks/', 400],
];

describe('the routes of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let mine: TestAccount;
  let theirs: TestAccount;
  let theirHold: string;
  let routes: Route[];
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
    mine = await createAccount(service, tenant);
    theirs = await createAccount(service, tenant);
    const api = call(service, theirs.key);
    await api.post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    const hold = await api.post('/account/credits/holds/').send({ credits: 4 }).expect(201);
    theirHold = (hold.body as { id: string }).id;
    routes = await readRoutes();
  });
  afterAll(() => service.close());
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  async function readRoutes(): Promise<Route[]> {
    const { body } = await request(service.url).get('/openapi.json').expect(200);
    const paths = Object.entries((body as { paths: Record<string, Record<string, object>> }).paths);
    return paths.flatMap(([path, operations]) =>
      METHODS.filter((method) => method in operations).map((method) => {
        const { requestBody } = operations[method] as { requestBody?: { content: object } };
        return { method, path, contentTypes: Object.keys(requestBody?.content ?? {}) };
      }),
    );
  }

  /** Every id in a path is one of the other account's. */
  const withTheirIds = (path: string): string =>
    path.replace('{customer_id}', theirs.customerId).replaceAll(/\{[a-z_]+\}/g, theirHold);
  const as = (key: string, { method, path }: Route): Test => call(service, key)[method](withTheirIds(path));
  const ofAccounts = () => routes.filter(({ path }) => path.startsWith('/account/'));
  const writes = () => ofAccounts().filter(({ method }) => ['post', 'put', 'patch'].includes(method));

  it('are all in the document', () => {
    expect(ofAccounts().length).toBeGreaterThanOrEqual(13);
    expect(routes.filter(({ path }) => path.startsWith('/v1/')).length).toBeGreaterThan(30);
  });

  it('are all that an account key reaches: no route of /v1 answers it', async () => {
    for (const route of routes.filter(({ path }) => path.startsWith('/v1/'))) {
      const { status } = await as(mine.key, route).send(route.method === 'get' ? undefined : {});
      const refusal = KEYLESS.find(([path]) => route.path.startsWith(path))?.[1] ?? 403;
      expect([`${route.method} ${route.path}`, status]).toEqual([`${route.method} ${route.path}`, refusal]);
    }
  });

  it('never show or change another account, whatever ids and headers say', async () => {
    const look = async (): Promise<unknown[]> => {
      const shown = ofAccounts().filter(({ method, path }) => method === 'get' && !path.includes('{'));
      const answers: unknown[] = [];
      for (const route of shown) answers.push((await as(theirs.key, route).expect(200)).text);
      return answers;
    };
    const before = await look();
    for (const route of ofAccounts()) {
      for (const header of ['X-Customer-ID', 'X-External-Customer-ID']) {
        const named = as(mine.key, route).set(
          header,
          header === 'X-Customer-ID' ? theirs.customerId : theirs.externalId,
        );
        const { status, text } = await named.send(route.method === 'get' ? undefined : { credits: 1 });
        expect(status).toBeLessThan(500);
        if (route.path.includes('{')) expect([400, 404]).toContain(status);
        expect(text ?? '').not.toContain(theirs.customerId);
      }
    }
    expect(await look()).toEqual(before);
  });

  it('take three content types wherever they write, and refuse the same in each with the same words', async () => {
    const refused: Record<string, (test: Test) => Test> = {
      json: (test) => test.send({ no_such_field: 'x' }),
      form: (test) => test.type('form').send('no_such_field=x'),
      multipart: (test) => test.field('no_such_field', 'x'),
    };
    for (const route of writes()) {
      expect([route.path, route.contentTypes]).toEqual([route.path, CONTENT_TYPES]);
      const bodies: unknown[] = [];
      for (const send of Object.values(refused)) {
        const answer: Response = await send(as(mine.key, route)).expect(400);
        expect(answer.body).toMatchObject({ no_such_field: [expect.stringMatching(/^Is not a known field/)] });
        bodies.push(answer.body);
      }
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
      const file = await as(mine.key, route).attach('no_such_field', Buffer.from('x'), 'x.txt').expect(400);
      expect(file.body).toEqual({ no_such_field: ['Is a file: only text is taken here.'] });
      await as(mine.key, route).type('text/plain').send('x').expect(415);
    }
  });

  it('do the same in each content type', async () => {
    const account = await createAccount(service, tenant);
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    const hold = () => call(service, account.key).post('/account/credits/holds/');
    const answers = [
      await hold().send({ credits: 5, expires_at: '2099-01-01T00:00:00Z', description: 'a & b' }),
      await hold().type('form').send('credits=5&expires_at=2099-01-01T00%3A00%3A00Z&description=a+%26+b'),
      await hold().field('credits', '5').field('expires_at', '2099-01-01T00:00:00Z').field('description', 'a & b'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(201);
      expect(body).toMatchObject({ credits: 5, expires_at: '2099-01-01T00:00:00.000000Z', description: 'a & b' });
    }
    const [json, form] = answers.map(({ body }) => `/account/credits/holds/${(body as { id: string }).id}/`);
    const captured = await call(service, account.key)
      .post(`${json}capture/`)
      .type('form')
      .send('credits=2&final=off')
      .expect(200);
    expect(captured.body).toMatchObject({ status: 'open', captured_credits: 2 });
    const key = await call(service, account.key).post(`${form}release/`).field('idempotency_key', 'r-1').expect(200);
    expect(key.body).toMatchObject({ status: 'released' });
    const wrong = await hold().type('form').send('credits=five').expect(400);
    expect(wrong.body).toEqual((await hold().send({ credits: 'five' }).expect(400)).body);
  });

  it('are a server key’s too, for the account that it names', async () => {
    const { status } = await call(service, tenant.serverKey)
      .post('/account/credits/holds/')
      .set('X-External-Customer-ID', theirs.externalId)
      .send({ credits: 1 });
    expect(status).toBe(201);
    for (const route of ofAccounts()) {
      const { body } = await as(tenant.serverKey, route)
        .send(route.method === 'get' ? undefined : {})
        .expect(400);
      // A write's fields may be refused first: nothing happens without an account either way.
      if (route.method === 'get') expect(Object.keys(body as object)).toEqual(['non_field_errors']);
    }
  });
});
