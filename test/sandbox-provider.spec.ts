import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BoundedProvider } from '../src/payments/bounded-provider.js';
import type { PaymentOutcome, PaymentProvider } from '../src/payments/payment-provider.js';
import { SandboxProvider } from '../src/payments/sandbox-provider.js';
import { WorkWatch } from '../src/shared/work-watch.js';
import { FrozenClock } from './support/frozen-clock.js';

const TIMEOUT_MS = 150;
const SUCCEEDED = { kind: 'succeeded', amountMinor: 9900, currency: 'usd' };

describe('the sandbox payment provider', () => {
  let folder: string;
  let clock: FrozenClock;
  let provider: PaymentProvider;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-provider-'));
    clock = new FrozenClock();
    provider = newProvider();
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('gives one payment for one idempotency key, and refuses the key for another payment', async () => {
    const first = await create('top-up-1');
    expect(await create('top-up-1')).toEqual(first);
    expect(await create('top-up-2')).not.toEqual(first);
    const other = await provider.createPayment({ ...payment('top-up-1'), amountMinor: 1 }, 'topup:top-up-1:create');
    expect(other).toMatchObject({ kind: 'invalid' });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to take %p minor units', async (amountMinor) => {
    expect(await provider.createPayment({ ...payment('t'), amountMinor }, 'k')).toMatchObject({ kind: 'invalid' });
  });

  it('moves no money before a payment is confirmed', async () => {
    const id = await create('t');
    expect(await provider.retrievePayment(id)).toEqual({ kind: 'requires_confirmation' });
    expect(await charges()).toEqual([]);
  });

  it('charges an approving card once, however often and with whatever keys it is confirmed', async () => {
    const id = await create('t');
    expect(await confirm(id, 'pm_sandbox_approve', 'k1')).toEqual(SUCCEEDED);
    expect(await confirm(id, 'pm_sandbox_approve', 'k1')).toEqual(SUCCEEDED);
    expect(await confirm(id, 'pm_sandbox_approve', 'k2')).toEqual(SUCCEEDED);
    expect(await newProvider().retrievePayment(id)).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('refuses a confirmation key for another payment', async () => {
    await confirm(await create('t1'), 'pm_sandbox_decline', 'k');
    expect(await confirm(await create('t2'), 'pm_sandbox_decline', 'k')).toMatchObject({ kind: 'invalid' });
  });

  it('declines softly and hard, and takes another card afterwards', async () => {
    const id = await create('t');
    const soft = { kind: 'declined', code: 'insufficient_funds', retry: 'later' };
    expect(await confirm(id, 'pm_sandbox_decline', 'k1')).toMatchObject(soft);
    expect(await provider.retrievePayment(id)).toMatchObject(soft);
    const hard = { kind: 'declined', code: 'lost_card', retry: 'never' };
    expect(await confirm(id, 'pm_sandbox_decline_hard', 'k2')).toMatchObject(hard);
    expect(await confirm(id, 'pm_sandbox_decline', 'k1')).toMatchObject(soft);
    expect(await charges()).toEqual([]);
    expect(await confirm(id, 'pm_sandbox_approve', 'k3')).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('asks for authentication', async () => {
    const id = await create('t');
    expect(await confirm(id, 'pm_sandbox_requires_action', 'k')).toMatchObject({ kind: 'requires_action' });
    expect(await provider.retrievePayment(id)).toMatchObject({ kind: 'requires_action' });
    expect(await charges()).toEqual([]);
  });

  it('processes for five seconds by the clock, then has charged', async () => {
    const id = await create('t');
    expect(await confirm(id, 'pm_sandbox_processing', 'k')).toEqual({ kind: 'processing' });
    clock.advance(4_999);
    expect(await provider.retrievePayment(id)).toEqual({ kind: 'processing' });
    expect(await provider.cancelPayment(id, 'c')).toEqual({ kind: 'processing' });
    expect(await charges()).toEqual([]);
    clock.advance(1);
    expect(await provider.retrievePayment(id)).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('is unknown when the answer never comes, though it charged', async () => {
    const id = await create('t');
    expect(await confirm(id, 'pm_sandbox_hang', 'k')).toMatchObject({ kind: 'unknown' });
    expect(await provider.retrievePayment(id)).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('is unknown when the answer never comes and it did not charge', async () => {
    const id = await create('t');
    await confirm(id, 'pm_sandbox_decline', 'k1');
    expect(await confirm(id, 'pm_sandbox_hang_before', 'k2')).toMatchObject({ kind: 'unknown' });
    expect(await provider.retrievePayment(id)).toEqual({ kind: 'requires_confirmation' });
    expect(await charges()).toEqual([]);
  });

  it('fails once before charging, then charges with the same key', async () => {
    const id = await create('t');
    expect(await confirm(id, 'pm_sandbox_error_once', 'k')).toMatchObject({ kind: 'unknown' });
    expect(await provider.retrievePayment(id)).toEqual({ kind: 'requires_confirmation' });
    expect(await confirm(id, 'pm_sandbox_error_once', 'k')).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('gives a payment up, unless the money has moved', async () => {
    const open = await create('t1');
    expect(await provider.cancelPayment(open, 'c')).toEqual({ kind: 'canceled' });
    expect(await confirm(open, 'pm_sandbox_approve', 'k')).toEqual({ kind: 'canceled' });
    const paid = await create('t2');
    await confirm(paid, 'pm_sandbox_approve', 'k2');
    expect(await provider.cancelPayment(paid, 'c2')).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([paid]);
  });

  it('either charges or cancels when both are asked at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await create(`t${round}`);
      const [confirmed, canceled] = await Promise.all([
        confirm(id, 'pm_sandbox_approve', `k${round}`),
        newProvider().cancelPayment(id, 'c'),
      ]);
      expect(confirmed).toEqual(canceled);
      expect((await charges()).includes(id)).toBe(confirmed.kind === 'succeeded');
    }
  });

  it('refunds what was charged, and nothing else', async () => {
    const id = await create('t');
    expect(await provider.refundPayment({ paymentId: id, currency: 'usd' }, 'r')).toMatchObject({ kind: 'unknown' });
    await confirm(id, 'pm_sandbox_approve', 'k');
    const refunded = await provider.refundPayment({ paymentId: id, currency: 'usd' }, 'r');
    expect(refunded).toEqual({ kind: 'refunded', refundId: expect.stringMatching(/^pay_sandbox_/) });
    expect(await provider.refundPayment({ paymentId: id, currency: 'usd' }, 'r')).toEqual(refunded);
  });

  it('writes the charge that a crash kept from being written', async () => {
    const id = await create('t');
    await confirm(id, 'pm_sandbox_approve', 'k');
    await rm(join(folder, 'charges', `${id}.json`));
    expect(await newProvider().retrievePayment(id)).toEqual(SUCCEEDED);
    expect(await charges()).toEqual([id]);
  });

  it('knows no payments but its own', async () => {
    for (const id of ['pay_sandbox_00000000000000000000000000000000', '../charges', '']) {
      expect(await provider.retrievePayment(id)).toMatchObject({ kind: 'invalid' });
      expect(await confirm(id, 'pm_sandbox_approve', 'k')).toMatchObject({ kind: 'invalid' });
      expect(await provider.cancelPayment(id, 'k')).toMatchObject({ kind: 'invalid' });
    }
    expect(await confirm(await create('t'), 'pm_other', 'k')).toMatchObject({ kind: 'invalid' });
  });

  it('gives one card one fingerprint for one customer, and names the field of a wrong token', async () => {
    const attach = (customerId: string, token: string) => provider.attachPaymentMethod({ customerId, token });
    const card = await attach('cust_1', 'pm_sandbox_approve');
    expect(card).toMatchObject({ brand: 'visa', last4: '4242', providerRef: 'pm_sandbox_approve' });
    expect(await attach('cust_1', 'pm_sandbox_approve')).toEqual(card);
    expect((await attach('cust_1', 'pm_sandbox_decline')).fingerprint).not.toBe(card.fingerprint);
    expect((await attach('cust_2', 'pm_sandbox_approve')).fingerprint).not.toBe(card.fingerprint);
    await expect(attach('cust_1', 'tok_visa')).rejects.toMatchObject({
      kind: 'validation',
      fields: { token: [expect.stringContaining('pm_sandbox_approve')] },
    });
  });

  it('is unknown when the provider throws', async () => {
    await rm(folder, { recursive: true });
    const broken = new BoundedProvider(new SandboxProvider('/dev/null/nowhere', clock), TIMEOUT_MS, new WorkWatch());
    expect(await broken.createPayment(payment('t'), 'k')).toMatchObject({ kind: 'unknown' });
    folder = await mkdtemp(join(tmpdir(), 'sandbox-provider-'));
  });

  it('charges once when two processes confirm one payment fifty times at once', async () => {
    const id = await create('t');
    const processes = [start(id), start(id)];
    const lines = processes.map(({ child }) => createInterface({ input: child.stdout as NodeJS.ReadableStream }));
    const answers = lines.map((reader) => reader[Symbol.asyncIterator]());
    for (const answer of answers) expect((await answer.next()).value).toBe('ready');
    for (const { child } of processes) child.stdin?.write('go\n');
    for (const answer of answers) {
      const kinds = JSON.parse(String((await answer.next()).value)) as string[];
      expect(kinds).toEqual(Array.from({ length: 25 }, () => 'succeeded'));
    }
    await Promise.all(processes.map(({ ended }) => ended));
    expect(await charges()).toEqual([id]);
  });

  function start(paymentId: string): { child: ChildProcess; ended: Promise<unknown> } {
    const script = join(import.meta.dirname, 'support', 'confirm-payment.ts');
    const argv = ['--import', 'tsx', script, folder, paymentId, 'pm_sandbox_approve', '25'];
    const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  }

  function newProvider(): PaymentProvider {
    return new BoundedProvider(new SandboxProvider(folder, clock), TIMEOUT_MS, new WorkWatch());
  }

  function payment(topUpId: string) {
    return { topUpId, customerId: 'cust_1', amountMinor: 9900, currency: 'usd' };
  }

  async function create(topUpId: string): Promise<string> {
    const outcome = await provider.createPayment(payment(topUpId), `topup:${topUpId}:create`);
    if (outcome.kind !== 'created') throw new Error(outcome.reason);
    return outcome.paymentId;
  }

  function confirm(paymentId: string, paymentMethodRef: string, key: string): Promise<PaymentOutcome> {
    return provider.confirmPayment({ paymentId, paymentMethodRef }, key);
  }

  async function charges(): Promise<string[]> {
    const files = await readdir(join(folder, 'charges'));
    return files.map((name) => name.replace(/\.json$/, ''));
  }
});
