import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StripeStandIn } from '../../stripe-stand-in/stripe-stand-in.js';
import { type ApiClient, newTenantClient } from '../api-client.js';
import type { TestApp } from '../app.js';
import { ServiceProcess } from '../service-process.js';
import { connectStripe } from '../stripe.js';
import { CASES, type Pair } from './answers.js';

const WAIT_MS = 40_000;
const HOOKS = new URL('hold-at-points.js', import.meta.url).href;
const HOURS_AHEAD = new URL('../hours-ahead.js', import.meta.url).href;

/** A wallet that is about to buy for every pair of a crash point and an answer of the provider. */
export async function preparePairs(
  service: TestApp,
  standIn: StripeStandIn,
): Promise<{ client: ApiClient; pairs: Pair[] }> {
  const client = await newTenantClient(service);
  await connectStripe(service, client.scope, standIn.keys);
  const pairs: Pair[] = [];
  for (const pair of CASES) pairs.push(await preparePair(client, standIn, pair));
  answerAsPlanned(standIn, pairs);
  return { client, pairs };
}

async function preparePair(
  client: ApiClient,
  standIn: StripeStandIn,
  pair: Pick<Pair, 'point' | 'answerName' | 'answer'>,
): Promise<Pair> {
  const token = standIn.dashboard.mintCard();
  const name = `${pair.point}-${pair.answerName}`;
  const customer = await client.post('/v1/customers', { external_id: name, name });
  const { id: customerId } = customer.body as { id: string };
  const cards = `/v1/customers/${customerId}/payment-methods`;
  const backup = pair.answer.hasBackup && (await client.post(cards, { token: standIn.dashboard.mintCard() })).body;
  await client.post(cards, { token });
  if (backup) await client.put(`${cards}/${backup.id}/backup`, {});
  const draft = { customer_id: customerId, currency: 'usd', initial_credits_to_load: '20' };
  const { id: walletId } = (await client.post('/v1/wallets', draft)).body as { id: string };
  const rule = { enabled: true, threshold: '10', amount: '50', invoicing: false };
  const { status } = await client.put(`/v1/wallets/${walletId}`, { auto_topup: rule });
  if (status !== 200) throw new Error(`${name} was not prepared: ${status}`);
  if (pair.answer.outcome) standIn.outcomes.add({ paymentMethod: token, outcome: pair.answer.outcome });
  return { ...pair, walletId, customerId };
}

/** Faults by customer, which the script of the stand-in knows by path only. */
function answerAsPlanned(standIn: StripeStandIn, pairs: readonly Pair[]): void {
  const left = new Map(pairs.map(({ customerId, answer }) => [customerId, answer.times ?? 1]));
  standIn.faults.take = (_method, path) => {
    const [, paymentId = ''] = /^\/v1\/payment_intents\/(pi_[^/]+)\/confirm$/.exec(path) ?? [];
    const customerId = standIn.books.paymentIntents.find(paymentId)?.metadata['customer_id'] ?? '';
    const pair = pairs.find((candidate) => candidate.customerId === customerId);
    const times = left.get(customerId) ?? 0;
    if (!pair?.answer.fault || times === 0) return undefined;
    left.set(customerId, times - 1);
    return pair.answer.fault;
  };
}

/** A process that holds the work on these wallets at their points. */
export function startHolding(
  held: readonly Pair[],
  environment: Record<string, string>,
  hoursAhead: number,
): Promise<ServiceProcess> {
  const plan = held.flatMap(({ walletId, customerId, point }) => [
    [walletId, point],
    [customerId, point],
  ]);
  return ServiceProcess.start({
    ...environment,
    NODE_OPTIONS: `--import ${HOURS_AHEAD} --import ${HOOKS}`,
    HOURS_AHEAD: String(hoursAhead),
    // Not the bundle: the hooks wrap what single modules export.
    REFILL_TEST_SERVICE: join(process.env['REFILL_TEST_SERVICE'] as string, 'modules'),
    CRASH_PLAN: JSON.stringify(plan),
  });
}

/** Waits until each of them is held at its point, opens the gate for those in a transaction last, and kills the process. */
export async function killAtPoints(service: ServiceProcess, held: readonly Pair[]): Promise<void> {
  const inTransaction = held.filter(({ point }) => point === 'in_settle');
  const others = held.filter(({ point }) => point !== 'in_settle');
  await said(service, 'held', others);
  await said(service, 'at the gate', inTransaction);
  service.signal('SIGUSR2');
  // All of them are of one group, which is one transaction: the first that is held in it holds the others.
  if (inTransaction.length > 0) await oneSaid(service, 'held', inTransaction);
  await service.end('SIGKILL');
}

async function said(service: ServiceProcess, msg: string, pairs: readonly Pair[]): Promise<void> {
  const missing = () => pairs.filter((pair) => !isSaid(service, msg, pair));
  for (let waits = 0; waits < WAIT_MS / 50 && missing().length > 0; waits += 1) await delay(50);
  expect(missing().map(({ point, answerName }) => `${point} x ${answerName} was not ${msg}`)).toEqual([]);
}

async function oneSaid(service: ServiceProcess, msg: string, pairs: readonly Pair[]): Promise<void> {
  const isOne = () => pairs.some((pair) => isSaid(service, msg, pair));
  for (let waits = 0; waits < WAIT_MS / 50 && !isOne(); waits += 1) await delay(50);
  expect(isOne()).toBe(true);
}

/** Of a wallet, or of its customer where the service knew no more at that point. */
function isSaid(service: ServiceProcess, msg: string, { walletId, customerId }: Pair): boolean {
  return service.log.some((line) => line['msg'] === msg && (line['id'] === walletId || line['id'] === customerId));
}
