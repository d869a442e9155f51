import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IsOptional } from 'class-validator';
import type { Request, Response } from 'express';
import request from 'supertest';
import { IsCredits } from '../src/http/fields/is-credits.js';
import { IsMetadata } from '../src/http/fields/is-metadata.js';
import { IsIdempotencyKey, IsText } from '../src/http/fields/is-text.js';
import { Nested } from '../src/http/fields/nested.js';
import { Idempotency, type IdempotentRequest, replayable } from '../src/http/idempotency.js';
import { SentBySdk } from '../src/http/validation.pipe.js';
import { CreditsPageQuery, creditsPage, orderingOf } from '../src/http/credits-page.js';
import { walletsPage, WalletsPageQuery } from '../src/http/wallets-page.js';
import type { Decimal } from '../src/shared/decimal.js';
import { DomainError, type ErrorKind, notFound } from '../src/shared/errors.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { startHttpApp } from './support/http-app.js';

class RuleDto {
  @IsCredits()
  amount!: Decimal;
}

class NoteDto {
  @IsText({ min: 1, max: 50 })
  name!: string;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string>;

  @IsOptional()
  @Nested(() => RuleDto)
  rule?: RuleDto;
}

@SentBySdk('parent_note_id')
class DropInDto {
  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string;
}

class OwnDto {
  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string;
}

/** The same routes under the paths of either API. */
@Controller(['v1/notes', 'account/notes'])
class NotesController {
  @Post()
  create(@Body() body: NoteDto): object {
    return { name: body.name, amount: body.rule?.amount.toFixed() ?? null, metadata: body.metadata ?? null };
  }

  @Get()
  list(@Query() query: WalletsPageQuery): object {
    return walletsPage([], 7, query);
  }

  @Get('pages')
  pages(@Query() query: CreditsPageQuery): object {
    const order = orderingOf(query, { created_at: 'createdAt' }, { property: 'createdAt', direction: 'desc' });
    return { ...creditsPage([], 41, query), order };
  }

  @Get('fail/:kind')
  fail(@Param('kind') kind: string): never {
    if (kind === 'bug') throw new TypeError('secret internals');
    if (kind === 'database') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    if (kind === 'missing') throw notFound('wallet', { wallet_id: 'wallet_x' });
    const top_up = { id: 'topup_1', status: 'created' };
    const details = { balance: '30', required: '50', top_up, paused_reason: null, no_top_up: null, wallet_id: 'w' };
    throw new DomainError(kind as ErrorKind, 'not enough credits', { details });
  }

  @Get('stream')
  stream(@Res() response: Response): never {
    response.write('half of it');
    throw new Error('too late for an answer');
  }

  @Post('drop-in')
  @HttpCode(200)
  dropIn(@Body() _body: DropInDto, @Idempotency({ isDropIn: true }) idempotency?: IdempotentRequest): object {
    if (idempotency?.key === 'used') throw new DomainError('idempotency_key_reused', 'used for another request');
    return { key: idempotency?.key ?? null };
  }

  @Post('own')
  @HttpCode(200)
  own(
    @Body() _body: OwnDto,
    @Idempotency({ isRequired: true }) { key }: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): object {
    if (key === 'used') throw new DomainError('idempotency_key_reused', 'used for another request');
    return replayable({ body: { key }, isReplayed: key === 'again' }, response);
  }

  @Put(':id')
  replace(@Param('id') id: string, @Req() { body }: Request): object {
    return { id, body: (body as unknown) ?? null };
  }

  @Delete(':id')
  @HttpCode(204)
  remove(): void {}
}

describe('errors', () => {
  let app: NestExpressApplication;
  let url: string;
  const logged: unknown[] = [];
  beforeAll(async () => {
    const logger = { log: () => {}, warn: () => {}, error: (line: unknown) => logged.push(line) };
    app = await startHttpApp(NotesController, logger);
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());

  const post = (path: string, body: string, type = 'application/json') =>
    request(url).post(path).set('Content-Type', type).send(body);
  const envelope = (status: number, code: string, message: string, details?: object) => ({
    code,
    message,
    http_status_code: status,
    ...(details && { details }),
    success: false,
    error: { message, internal_error: null },
  });

  describe('of the wallets API', () => {
    it('are one envelope that both generations of clients understand', async () => {
      const answer = await request(url)
        .get('/v1/notes/fail/missing')
        .expect(404)
        .expect('Content-Type', /^application\/json/);
      expect(answer.body).toEqual(envelope(404, 'not_found', 'wallet not found', { wallet_id: 'wallet_x' }));
    });

    it.each<[ErrorKind, number, string]>([
      ['validation', 400, 'validation_error'],
      ['invalid_operation', 400, 'invalid_operation'],
      ['unauthorized', 401, 'unauthorized'],
      ['insufficient_credits', 402, 'insufficient_credits'],
      ['payment_declined', 402, 'payment_declined'],
      ['forbidden', 403, 'permission_denied'],
      ['already_exists', 409, 'already_exists'],
      ['conflict', 409, 'version_conflict'],
      ['too_many_requests', 429, 'too_many_requests'],
      ['unavailable', 503, 'service_unavailable'],
    ])('say %s as %i %s', async (kind, status, code) => {
      const answer = await request(url).get(`/v1/notes/fail/${kind}`).expect(status);
      expect(answer.body).toMatchObject({ code, http_status_code: status, details: { required: '50' } });
      expect(answer.headers['retry-after']).toBe(status === 429 || status === 503 ? '1' : undefined);
    });

    it('name each wrong field', async () => {
      const answer = await post('/v1/notes', '{"nam":"x","rule":{"amount":"-1"}}').expect(400);
      const details = {
        nam: 'is not a known field; did you mean name?',
        name: 'is required',
        'rule.amount': 'must be greater than 0',
      };
      const message =
        'nam: is not a known field; did you mean name?; name: is required; rule.amount: must be greater than 0';
      expect(answer.body).toEqual(envelope(400, 'validation_error', message, details));
    });
  });

  describe('of the credits API', () => {
    it('are sentences for each field, nested like the body', async () => {
      const answer = await post('/account/notes/', '{"nam":"x","rule":{"amount":"-1"}}').expect(400);
      expect(answer.body).toEqual({
        nam: ['Is not a known field; did you mean name?'],
        name: ['Is required.'],
        rule: { amount: ['Must be greater than 0.'] },
      });
    });

    it('are non_field_errors where no field is wrong', async () => {
      const answer = await request(url).get('/account/notes/fail/validation').expect(400);
      expect(answer.body).toEqual({ non_field_errors: ['Not enough credits.'] });
    });

    it('are one detail otherwise, with exactly the words of the contract where it has some', async () => {
      const unauthorized = await request(url).get('/account/notes/fail/unauthorized').expect(401);
      expect(unauthorized.body).toEqual({ detail: 'Incorrect authentication credentials.' });
      const missing = await request(url).get('/account/notes/fail/missing').expect(404);
      expect(missing.body).toEqual({ detail: 'Wallet not found.' });
      const bug = await request(url).get('/account/notes/fail/bug').expect(500);
      expect(bug.body).toEqual({ detail: 'Unexpected error while handling your request.' });
    });

    it('say what is missing beside a 402', async () => {
      const answer = await request(url).get('/account/notes/fail/insufficient_credits').expect(402);
      expect(answer.body).toEqual({
        detail: 'Not enough credits.',
        balance: '30',
        required: '50',
        top_up: { id: 'topup_1', status: 'created' },
        paused_reason: null,
        no_top_up: null,
      });
    });
  });

  it('never show what a failure was, and log it', async () => {
    const answer = await request(url).get('/v1/notes/fail/bug').set('X-Request-ID', 'r-17').expect(500);
    expect(answer.body).toEqual(envelope(500, 'internal_error', 'unexpected error while handling your request'));
    expect(answer.text).not.toContain('secret');
    const line = { requestId: 'r-17', path: '/v1/notes/fail/bug', err: expect.any(TypeError) };
    expect(logged).toContainEqual(expect.objectContaining(line));
  });

  it("carry the id of the request, the client's own if it is a plain word", async () => {
    const own = await post('/v1/notes', '{').set('X-Request-ID', 'r-17').expect(400);
    expect(own.headers['x-request-id']).toBe('r-17');
    const made = await post('/v1/notes', '{').set('X-Request-ID', 'not a word').expect(400);
    expect(made.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it('say 503 when the database is away', async () => {
    const answer = await request(url).get('/v1/notes/fail/database').expect(503).expect('Retry-After', '1');
    expect(answer.body.code).toBe('service_unavailable');
  });

  it('end an answer that had begun', async () => {
    await expect(request(url).get('/v1/notes/stream')).resolves.toMatchObject({ text: 'half of it' });
  });

  it('say 404 for an unknown path, and 405 with Allow for a known one', async () => {
    expect((await request(url).get('/v1/nothing').expect(404)).body.code).toBe('not_found');
    expect((await request(url).get('/account/nothing/').expect(404)).body).toEqual({
      detail: 'There is no GET /account/nothing/.',
    });
    const wallets = await request(url).patch('/v1/notes/1').expect(405).expect('Allow', 'DELETE, PUT');
    expect(wallets.body.code).toBe('method_not_allowed');
    const credits = await request(url).delete('/account/notes/').expect(405).expect('Allow', 'GET, HEAD, POST');
    expect(credits.body).toEqual({ detail: '/account/notes/ takes GET, HEAD, POST, not DELETE.' });
  });

  it.each([
    ['{"name":', /^the body is not valid JSON/],
    ['{"name":"a","name":"b"}', /^the body names the same field more than once/],
    [`{"a":${'['.repeat(40)}${']'.repeat(40)}}`, /^the body is nested more than 20 levels deep/],
    ['[]', /^the body must be a JSON object/],
    ['"x"', /^the body must be a JSON object/],
    ['null', /^the body must be a JSON object/],
    ['', /^the body is empty/],
    ['{"name":"a\\u0000b"}', /^name: must not contain NUL characters/],
    ['{"name":"a","metadata":{"k":"\\ud800"}}', /^metadata.k: must not contain half a surrogate pair/],
    ['{"name":"a","rule":{"amount":9007199254740993}}', /^rule.amount: has more digits/],
    ['{"name":"a","metadata":{"constructor":"x"}}', /^metadata: has a field named constructor/],
  ])('refuse the body %.50s', async (body, message) => {
    const wallets = await post('/v1/notes', body).expect(400);
    expect(wallets.body).toMatchObject({ code: 'validation_error', message: expect.stringMatching(message) });
    const credits = await post('/account/notes/', body).expect(400);
    expect(Object.keys(credits.body)).toHaveLength(1);
  });

  it('refuse bytes that are not UTF-8, and NUL in a path or query', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const answer = await request(url)
      .post('/v1/notes')
      .type('json')
      .serialize((body) => body as never)
      .send(bytes as never);
    expect(answer.body).toMatchObject({ http_status_code: 400, message: 'the body is not valid UTF-8' });
    await request(url).put('/v1/notes/a%00b').expect(400);
    await request(url).put('/v1/notes/a%FFb').expect(400);
    const query = await request(url).get('/account/notes/?order=a%00').expect(400);
    expect(query.body).toEqual({ order: ['Must not contain NUL characters.'] });
  });

  it('refuse bodies above 64 KiB, also compressed ones', async () => {
    const large = JSON.stringify({ name: 'a', metadata: { k: 'x'.repeat(70_000) } });
    expect((await post('/v1/notes', large).expect(413)).body.code).toBe('payload_too_large');
    expect(Object.keys((await post('/account/notes/', large).expect(413)).body)).toEqual(['detail']);
    const packed = request(url).post('/v1/notes').set('Content-Encoding', 'gzip').type('json');
    await packed
      .serialize((body) => body as never)
      .send(gzipSync(large) as never)
      .expect(413);
  });

  it.each(['text/plain', 'application/xml', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded'])(
    'refuse the content type %s where JSON is wanted',
    async (type) => {
      expect((await post('/v1/notes', '{"name":"a"}', type).expect(415)).body.code).toBe('unsupported_media_type');
      expect(Object.keys((await post('/account/notes/', '{"name":"a"}', type).expect(415)).body)).toEqual(['detail']);
    },
  );

  it('take JSON with a charset, and do not mind the type of a body that nobody reads', async () => {
    const body = '{"name":"é","rule":{"amount":0.5}}';
    const answer = await post('/v1/notes', body, 'application/json; charset=UTF-8').expect(201);
    expect(answer.body).toEqual({ name: 'é', amount: '0.5', metadata: null });
    await request(url).delete('/v1/notes/1').set('Content-Type', 'text/plain').send('x').expect(204);
    await request(url).delete('/v1/notes/1').set('Content-Type', 'application/json').expect(204);
  });

  it('survive requests that are not HTTP', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('nonsense\r\n\r\n'));
      socket.on('data', (data) => resolve(String(data)));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });

  describe('pages', () => {
    it('begin where the page before ended', async () => {
      const first = await request(url).get('/v1/notes').expect(200);
      expect(first.body).toEqual({ items: [], pagination: { total: 7, limit: 50, offset: 50 } });
      const second = await request(url).get('/v1/notes?limit=10&offset=10&order=asc').expect(200);
      expect(second.body.pagination).toEqual({ total: 7, limit: 10, offset: 20 });
      expect((await request(url).get('/v1/notes?limit=0')).body.pagination.limit).toBe(50);
    });

    it.each(['limit=1001', 'limit=-1', 'limit=x', 'limit=1.5', 'limit=1&limit=2', 'offset=-1', 'order=up', 'skip=1'])(
      'refuse %s',
      async (query) => {
        const [field = ''] = query.split('=');
        const answer = await request(url).get(`/v1/notes?${query}`).expect(400);
        expect(Object.keys(answer.body.details)).toEqual([field]);
      },
    );

    it('count pages in the credits API', async () => {
      const answer = await request(url).get('/account/notes/pages?page=5&ordering=-created_at').expect(200);
      expect(answer.body).toEqual({
        count: 41,
        page_total: 5,
        page: 5,
        length: 10,
        results: [],
        order: { property: 'createdAt', direction: 'desc' },
      });
    });

    it.each(['page=0', 'length=101', 'length=x', 'ordering=name', 'ordering=constructor'])(
      'refuse %s',
      async (query) => {
        const [field = ''] = query.split('=');
        const answer = await request(url).get(`/account/notes/pages?${query}`).expect(400);
        expect(Object.keys(answer.body)).toEqual([field]);
      },
    );
  });

  describe('idempotency keys', () => {
    const own = (body: object, header?: string) => {
      const call = request(url).post('/v1/notes/own').send(body);
      return header === undefined ? call : call.set('Idempotency-Key', header);
    };

    it.each([
      [{ idempotency_key: 'k-1' }, undefined],
      [{}, 'k-1'],
      [{}, '"k-1"'],
      [{ idempotency_key: 'k-1' }, '"k-1"'],
    ])('are read from %j and header %s', async (body, header) => {
      expect((await own(body, header).expect(200)).body).toEqual({ key: 'k-1' });
    });

    it.each([
      [{}, undefined],
      [{ idempotency_key: 'a' }, 'b'],
      [{ idempotency_key: '' }, undefined],
      [{ idempotency_key: 7 }, undefined],
      [{}, 'x'.repeat(256)],
      [{}, '""'],
    ])('are refused in %j and header %.10s', async (body, header) => {
      expect((await own(body, header).expect(400)).body.details).toHaveProperty('idempotency_key');
    });

    it('say that an answer is the stored first one', async () => {
      expect((await own({}, 'again').expect(200)).headers['idempotent-replayed']).toBe('true');
      expect((await own({}, 'first').expect(200)).headers['idempotent-replayed']).toBeUndefined();
    });

    it('used for another request are 422 on routes of ours, 409 on drop-in routes', async () => {
      expect((await own({}, 'used').expect(422)).body.code).toBe('idempotency_key_reused');
      const dropIn = await request(url).post('/v1/notes/drop-in').send({ idempotency_key: 'used' }).expect(409);
      expect(dropIn.body).toEqual(envelope(409, 'already_exists', 'used for another request'));
    });

    it('may be absent or empty on drop-in routes, which drop what only the SDK knows', async () => {
      const body = { idempotency_key: '', parent_note_id: 1 };
      const empty = await request(url).post('/v1/notes/drop-in').send(body).expect(200);
      expect(empty.body).toEqual({ key: null });
      expect((await request(url).post('/v1/notes/drop-in').send({}).expect(200)).body).toEqual({ key: null });
    });
  });
});

describe('errors of the whole service', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tell an unknown path from a wrong method, without a key', async () => {
    const unknown = await request(app.url).get('/v1/nothing').expect(404);
    expect(unknown.body).toMatchObject({ code: 'not_found', success: false });
    const wrong = await request(app.url)
      .patch('/v1/settings/wallets')
      .expect(405)
      .expect('Allow', 'DELETE, GET, HEAD, PUT');
    expect(wrong.body.code).toBe('method_not_allowed');
    await request(app.url).trace('/v1/settings/wallets').expect(405);
    await request(app.url).get('/nothing').expect(404);
    await request(app.url).get('/account/').expect(404, { detail: 'There is no GET /account/.' });
  });

  it('say which path was meant, with /v1 or without it', async () => {
    const wallet = await request(app.url).post('/wallets/wallet_1/debit').send({}).expect(404);
    const sentence = 'there is no POST /wallets/wallet_1/debit; did you mean /v1/wallets/wallet_1/debit?';
    expect(wallet.body).toMatchObject({ code: 'not_found', message: sentence, success: false });
    const account = await request(app.url).get('/v1/account/credits/').expect(404);
    expect(account.body.message).toBe('there is no GET /v1/account/credits/; did you mean /account/credits/?');
    expect((await request(app.url).get('/v1/walets').expect(404)).body.message).toBe('there is no GET /v1/walets');
    await request(app.url).get('/v1').expect(404);
  });

  it('carry a request id and no name of what the service is made of', async () => {
    const answer = await request(app.url).post('/v1/secrets/api/keys').type('json').send('{').expect(401);
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect((await request(app.url).get('/v1/settings/wallets').expect(401)).headers['www-authenticate']).toBe(
      'Bearer, JWT, ApiKey header="x-api-key"',
    );
  });

  it('answer whoever has no key before the body has come', async () => {
    for (const path of ['/v1/wallets/debits/batch', '/v1/wallets', '/account/credits/top-up/']) {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
      );
      const [first] = (await once(socket, 'data')) as [Buffer];
      expect(first.toString()).toMatch(/^HTTP\/1.1 401 /);
      socket.destroy();
    }
  }, 10_000);

  it('say that the content type is wrong before they ask for a key of the body', async () => {
    const client = await newTenantClient(app);
    const answer = await request(app.url)
      .post('/v1/wallets/wallet_1/debit')
      .set('x-api-key', client.key)
      .type('form')
      .send('{"credits":"1","idempotency_key":"a"}')
      .expect(415);
    expect(answer.body.message).toMatch(/send application\/json/);
  });
});
