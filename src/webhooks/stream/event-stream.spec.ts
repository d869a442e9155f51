import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import type { Caller } from '../../auth/caller.js';
import type { StreamEvent, StreamPlace } from '../../events/stream/streamed-events.js';
import { EventStream } from './event-stream.js';

const CALLER = { scopes: new Set(['wallets:read']) } as unknown as Caller;

function newEvent(order: number, body = '{}', eventType = 'wallet.updated'): StreamEvent {
  const place = { order, id: `sys_event_${order}` };
  return { place, customerId: 'cust_1', walletId: 'wallet_1', eventType, body, createdAt: new Date(0) };
}

/** An answer, and what was written of it; `takes` false: by a reader who takes nothing; `late`: after a turn of the loop. */
function newAnswer(takes: boolean | 'late' = true): { response: ServerResponse; text: () => string } {
  let text = '';
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      if (takes === 'late') setImmediate(done);
      else if (takes) done();
    },
  });
  return {
    response: Object.assign(writable, { writeHead: () => undefined }) as unknown as ServerResponse,
    text: () => text,
  };
}

const ordersIn = (text: string) => [...text.matchAll(/^id: (\d+)/gm)].map(([, order]) => Number(order));

describe('a stream of events', () => {
  it('tells what was missed first, and then what has happened meanwhile, nothing of it twice', () => {
    const { response, text } = newAnswer();
    const stream = new EventStream(CALLER, {}, response);
    stream.beginBehind({ order: 3, id: 'sys_event_3' });
    stream.take([newEvent(5), newEvent(6)]);
    stream.tell([newEvent(4), newEvent(5)]);
    stream.goOn();
    stream.take([newEvent(6), newEvent(7)]);
    expect(ordersIn(text())).toEqual([4, 5, 6, 7]);
  });

  it('tells of as much as was missed, no faster than it is taken', async () => {
    const { response, text } = newAnswer('late');
    const stream = new EventStream(CALLER, {}, response);
    const body = JSON.stringify({ text: 'x'.repeat(200_000) });
    async function* missed(): AsyncGenerator<StreamEvent[]> {
      for (let order = 1; order <= 20; order += 1) yield [newEvent(order, body)];
    }
    await stream.catchUp(missed);
    expect(response.destroyed).toBe(false);
    expect(ordersIn(text())).toHaveLength(20);
  });

  it('keeps little of what happens meanwhile: where that is much, all of it is read', async () => {
    const { response, text } = newAnswer();
    const stream = new EventStream(CALLER, {}, response);
    const happened = Array.from({ length: 2000 }, (_, index) => newEvent(index + 1));
    const reads: number[] = [];
    async function* missed({ order }: StreamPlace): AsyncGenerator<StreamEvent[]> {
      reads.push(order);
      yield happened.slice(order, order + 500);
      if (reads.length > 1) yield happened.slice(order + 500);
      else for (const event of happened.slice(500)) stream.take([event]);
    }
    await stream.catchUp(missed);
    stream.take([newEvent(2001)]);
    expect(reads).toEqual([0, 500]);
    expect(ordersIn(text())).toEqual(Array.from({ length: 2001 }, (_, index) => index + 1));
  });

  it('stops reading what was missed once its reader has gone', async () => {
    const { response } = newAnswer(false);
    const stream = new EventStream(CALLER, {}, response);
    const body = JSON.stringify({ text: 'x'.repeat(100_000) });
    let pages = 0;
    async function* missed(): AsyncGenerator<StreamEvent[]> {
      for (;;) {
        pages += 1;
        setImmediate(() => response.destroy());
        yield [newEvent(pages, body)];
      }
    }
    await stream.catchUp(missed);
    expect(pages).toBe(1);
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
