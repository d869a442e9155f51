import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import type { Caller } from '../../auth/caller.js';
import type { StreamEvent } from '../../events/stream/streamed-events.js';
import { EventStream } from './event-stream.js';

const CALLER = { scopes: new Set(['wallets:read']) } as unknown as Caller;

function newEvent(order: number, body = '{}', eventType = 'wallet.updated'): StreamEvent {
  const place = { order, id: `sys_event_${order}` };
  return { place, customerId: 'cust_1', walletId: 'wallet_1', eventType, body, createdAt: new Date(0) };
}

/** An answer, and what was written of it; `takes` false: by a reader who takes nothing. */
function newAnswer(takes = true): { response: ServerResponse; text: () => string } {
  let text = '';
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      if (takes) done();
    },
  });
  return {
    response: Object.assign(writable, { writeHead: () => undefined }) as unknown as ServerResponse,
    text: () => text,
  };
}

describe('a stream of events', () => {
  it('tells what was missed first, and then what has happened meanwhile, nothing of it twice', () => {
    const { response, text } = newAnswer();
    const stream = new EventStream(CALLER, {}, response);
    stream.beginBehind({ order: 3, id: 'sys_event_3' });
    stream.take([newEvent(5), newEvent(6)]);
    stream.tell([newEvent(4), newEvent(5)]);
    stream.goOn();
    stream.take([newEvent(6), newEvent(7)]);
    expect([...text().matchAll(/^id: (\d+)/gm)].map(([, order]) => Number(order))).toEqual([4, 5, 6, 7]);
  });

  it('tells of one customer or wallet, and shows no body that its key may not read', () => {
    const { response, text } = newAnswer();
    const stream = new EventStream(CALLER, { wallet_id: 'wallet_1', customer_id: 'cust_2' }, response);
    stream.goOn();
    stream.take([newEvent(1)]);
    expect(text()).toBe('');
    const cards = newAnswer();
    const all = new EventStream(CALLER, {}, cards.response);
    all.goOn();
    all.take([newEvent(1, '{"secret":1}', 'payment_method.expiring'), newEvent(2, '{"shown":1}')]);
    expect(cards.text()).toContain('"body":null');
    expect(cards.text()).not.toContain('secret');
    expect(cards.text()).toContain('shown');
  });

  it('gives up a reader for whom a mebibyte waits', () => {
    const { response } = newAnswer(false);
    const stream = new EventStream(CALLER, {}, response);
    stream.goOn();
    const body = JSON.stringify({ text: 'x'.repeat(100_000) });
    for (let order = 1; order <= 10; order += 1) stream.take([newEvent(order, body)]);
    expect(response.destroyed).toBe(false);
    stream.take([newEvent(11, body)]);
    expect(response.destroyed).toBe(true);
    stream.take([newEvent(12, body)]);
    stream.beat();
  });
});
