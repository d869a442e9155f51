import { classifyReply } from './classify-reply.js';

const reply = (statusCode: number | undefined, body: unknown, over: object = {}) =>
  classifyReply({
    statusCode,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    isWhole: true,
    ...over,
  });
const error = (code: unknown, message: unknown = 'No.') => ({ error: { code, message } });

describe('what a billing system has said', () => {
  it('is an answer where it is 200 with an object, whole', () => {
    expect(reply(200, { payment: {} })).toEqual({ kind: 'answered', answer: { payment: {} } });
  });

  it.each([
    ['cut off', reply(200, { payment: {} }, { isWhole: false })],
    ['not JSON', reply(200, '<html>')],
    ['nothing', reply(200, '')],
    ['a list', reply(200, [])],
    ['not UTF-8', reply(200, '', { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) })],
    ['accepted, and no more', reply(202, { payment: {} })],
    ['a redirect', reply(302, error('moved'))],
    ['a 404 of a web server', reply(404, '<html>')],
    ['a 404 without a code', reply(404, { error: { message: 'No.' } })],
    ['a 400 with a code that is none', reply(400, error(5))],
    ['a 400 that is cut off', reply(400, error('no'), { isWhole: false })],
    ['a 401 of a proxy', reply(401, 'who are you')],
    ['a 429 of a proxy', reply(429, '')],
    ['in conflict', reply(409, error('in_progress'))],
    ['a 500 with a code', reply(500, error('server_error'))],
    ['a 503 with a code', reply(503, error('busy'))],
    ['a key that was used for something else', reply(422, error('idempotency_key_reused'))],
    ['no status', reply(undefined, error('no'))],
  ])('is unknown where it is %s', (_name, outcome) => {
    expect(outcome.kind).toBe('unknown');
  });

  it.each([400, 404, 422])('is a certain no at %d, in the words of the protocol only', (statusCode) => {
    const reason = `your billing system answered ${statusCode}: not_found: No.`;
    expect(reply(statusCode, error('not_found'))).toEqual({ kind: 'invalid', reason });
  });

  it('was not carried out where it comes too fast, or the signature is not taken', () => {
    const wait = (after?: string) =>
      reply(429, error('busy'), { headers: after === undefined ? {} : { 'retry-after': after } });
    expect(wait()).toMatchObject({ kind: 'not_executed', retryAfterSeconds: 5 });
    expect(wait('30')).toMatchObject({ kind: 'not_executed', retryAfterSeconds: 30 });
    expect(wait('9999')).toMatchObject({ retryAfterSeconds: 300 });
    expect(wait('Wed, 21 Oct 2026 07:28:00 GMT')).toMatchObject({ retryAfterSeconds: 5 });
    expect(reply(401, error('invalid_signature'))).toMatchObject({ kind: 'not_executed', retryAfterSeconds: 900 });
  });

  it('is repeated only as far as it can be stored', () => {
    expect(reply(400, error('no', 'half \ud800'))).toEqual({
      kind: 'invalid',
      reason: 'your billing system answered 400: no',
    });
    expect(reply(400, error('\0')).kind).toBe('unknown');
  });
});
