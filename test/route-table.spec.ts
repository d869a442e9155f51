import express, { type Express } from 'express';
import request from 'supertest';
import { type RouteLayer, type Router, RouteTable } from '../src/http/server/route-table.js';
import { startTestApp, type TestApp } from './support/app.js';
import { servedRoutes } from './support/routes.js';

/** What stands in for a parameter: a word of other paths, one of the API's own ids, what is not ASCII or not well formed. */
const SEGMENTS = ['search', 'wlt_01', 'a%20b', '%zz', 'ä', '..', ''];

describe('the routes that a path can be', () => {
  let service: TestApp;
  let router: Router;
  beforeAll(async () => {
    service = await startTestApp();
    router = (service.app.getHttpAdapter().getInstance() as Express).router as unknown as Router;
  });
  afterAll(() => service.close());

  /** As Express asks: a path whose parameter cannot be decoded is one that throws. */
  const matching = (stack: readonly RouteLayer[], path: string): RouteLayer[] =>
    stack.filter((layer) => {
      try {
        return layer.match(path);
      } catch {
        return true;
      }
    });

  const pathsOf = (path: string): string[] => {
    const filled = SEGMENTS.map((segment) => path.replaceAll('{}', segment));
    return filled.flatMap((one) => [
      one,
      `${one}/`,
      `${one}//`,
      one.toUpperCase(),
      `${one}/more`,
      `/v1${one}`,
      one.slice(1),
    ]);
  };

  it('are all that Express would take, in its order, for every path of every route and for paths nearby', () => {
    const table = new RouteTable(router);
    const paths = servedRoutes(service).flatMap(({ path }) => pathsOf(path));
    expect(paths.length).toBeGreaterThan(5000);
    for (const path of ['/', '', '*', '/docs', '/docs/swagger-ui.css', '/openapi.json', ...paths]) {
      const all = matching(router.stack, path);
      const some = matching(table.viewFor(`${path}?limit=1`).stack, path);
      if (some.length !== all.length || some.some((layer, index) => layer !== all[index])) throw new Error(path);
    }
  });

  it('are that of the root, also after a path that nobody has', () => {
    const app = express();
    app.get('/', (_request, response) => void response.end());
    const table = new RouteTable(app.router as unknown as Router);
    expect([table.viewFor('/nowhere').stack.length, table.viewFor('/').stack.length]).toEqual([0, 1]);
  });

  it('are few', () => {
    const table = new RouteTable(router);
    const middleware = router.stack.filter(({ route }) => !route).length;
    const tried = table.viewFor('/v1/wallets/wlt_01/debit').stack.filter(({ route }) => route);
    expect(tried.length).toBeLessThanOrEqual(10);
    expect(router.stack.length - middleware).toBeGreaterThan(150);
  });

  it('answer HEAD and OPTIONS, and methods that a path does not take, as Express does', async () => {
    await request(service.url).head('/health/live').expect(200);
    await request(service.url).options('/v1/wallets/wlt_01').expect(204);
    const { headers } = await request(service.url).patch('/V1/Wallets/wlt_01/debit/').expect(405);
    expect(headers['allow']).toBe('POST');
    await request(service.url).get('/v1/wallets/%zz').expect(400);
  });
});
