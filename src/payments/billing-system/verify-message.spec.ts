import { createHmac } from 'node:crypto';
import { faultOfSecret } from './billing-secret.js';
import { verifiedId } from './verify-message.js';

const KEY = Buffer.alloc(32, 1);
const SECRET = `whsec_${KEY.toString('base64')}`;
const NOW = new Date('2026-03-02T10:00:00.900Z');
const SECONDS = 1_772_445_600;
const BODY = Buffer.from('{"type": "payment.changed"}');

/** By hand: what the package signs is not what proves it. */
const sign = (id: string, seconds: number | string, body = BODY, key = KEY) =>
  `v1,${createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')}`;
const headers = (id: string, seconds: number) => ({
  id,
  timestamp: String(seconds),
  signature: sign(id, seconds),
});
const good = headers('msg_1', SECONDS);

describe('a signed message', () => {
  it('is taken at both ends of five minutes, and not a second beyond', () => {
    for (const seconds of [SECONDS - 300, SECONDS, SECONDS + 300]) {
      expect(verifiedId(BODY, headers('msg_1', seconds), SECRET, NOW)).toBe('msg_1');
    }
    for (const seconds of [SECONDS - 301, SECONDS + 301, 0]) {
      expect(verifiedId(BODY, headers('msg_1', seconds), SECRET, NOW)).toBeUndefined();
    }
  });

  it('may carry signatures of several secrets, of which one counts', () => {
    const signature = `v1a,abc ${sign('msg_1', SECONDS, BODY, Buffer.alloc(32, 2))} ${good.signature}`;
    expect(verifiedId(BODY, { ...good, signature }, SECRET, NOW)).toBe('msg_1');
  });

  it.each([
    ['without an id', { id: undefined }],
    ['with an id that is not signed', { id: 'msg_2' }],
    ['with two ids', { id: 'msg_1, msg_1' }],
    ['without a time', { timestamp: undefined }],
    ['with a time that is not signed', { timestamp: String(SECONDS + 1) }],
    ['with a time of letters', { timestamp: 'now', signature: sign('msg_1', 'now') }],
    ['with a time before the year 1970', { timestamp: '-1' }],
    ['without a signature', { signature: undefined }],
    ['with an empty one', { signature: '' }],
    ['with another one', { signature: sign('msg_1', SECONDS, BODY, Buffer.alloc(32, 2)) }],
    ['with one of another version', { signature: good.signature.replace('v1,', 'v2,') }],
    ['with one that is cut off', { signature: good.signature.slice(0, -1) }],
  ])('is not taken %s', (_name, change) => {
    expect(verifiedId(BODY, { ...good, ...change }, SECRET, NOW)).toBeUndefined();
  });

  it('is not taken with another body, also where only its spaces are others', () => {
    expect(verifiedId(Buffer.from('{"type":"payment.changed"}'), good, SECRET, NOW)).toBeUndefined();
    expect(verifiedId(Buffer.from(''), good, SECRET, NOW)).toBeUndefined();
  });
});

describe('a secret of Standard Webhooks', () => {
  it.each([24, 32, 64])('has %d bytes', (bytes) => {
    expect(faultOfSecret(`whsec_${Buffer.alloc(bytes, 1).toString('base64')}`)).toBeUndefined();
  });

  it.each([
    '',
    'whsec_',
    SECRET.slice(6),
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    `${SECRET} `,
    SECRET.replace('=', ''),
    'whsec_short-and-not-base64-at-all!',
  ])('is not %j', (secret) => {
    const fault = faultOfSecret(secret);
    expect(fault).toContain('must be whsec_');
    expect(fault).not.toContain(secret.slice(6) || 'nothing');
  });
});
