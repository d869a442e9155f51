import { EntityManager } from '@mikro-orm/postgresql';
import { BackupCards } from '../src/customers/backup-cards/backup-cards.service.js';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import { inWallet } from '../src/shared/shard.js';
import { TopUpAttempt } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpSteps } from '../src/top-ups/purchases/top-up-steps.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { EndpointsService } from '../src/webhooks/endpoints.service.js';
import type { CardOutcome } from './stripe-stand-in/books/test-cards.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const HOUR_MS = 3_600_000;
const CONFIRM = '/v1/payment_intents/*/confirm';

const declining = (declineCode: string): CardOutcome => ({ kind: 'decline', code: 'card_declined', declineCode });
const SOFT = declining('insufficient_funds');
const HARD = declining('lost_card');

describe('the backup card', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  let em: EntityManager;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    em = service.get(EntityManager).fork();
  });
  afterEach(async () => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  interface Cards {
    walletId: string;
    customerId: string;
    onFile: PaymentMethod;
    backup: PaymentMethod;
  }

  /** A wallet with 20 credits that buys 50 when it has 10 or fewer, a card on file and a backup, and what their banks say. */
  async function prepare(onFile?: CardOutcome, backup?: CardOutcome): Promise<Cards> {
    const tokens = { onFile: stripe.dashboard.mintCard(), backup: stripe.dashboard.mintCard() };
    const { walletId, customerId } = await scene.newWallet('20', tokens.backup);
    await scene.useCard(customerId, tokens.onFile);
    const saved = await em.find(PaymentMethod, { customerId });
    const cards = {
      onFile: saved.find(({ providerRef }) => providerRef === tokens.onFile) as PaymentMethod,
      backup: saved.find(({ providerRef }) => providerRef === tokens.backup) as PaymentMethod,
    };
    await service.get(BackupCards).choose(scene.caller, customerId, cards.backup.id);
    if (onFile) stripe.outcomes.add({ paymentMethod: tokens.onFile, outcome: onFile });
    if (backup) stripe.outcomes.add({ paymentMethod: tokens.backup, outcome: backup });
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    return { walletId, customerId, ...cards };
  }
  async function spend({ walletId }: Cards) {
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return lookAt(walletId);
  }
  async function lookAt(walletId: string) {
    const [topUp, ...others] = await scene.topUps(walletId);
    expect(others).toEqual([]);
    if (!topUp) throw new Error('nothing was bought');
    return { topUp, attempts: await scene.attempts(topUp.id) };
  }
  async function later(hours: number): Promise<void> {
    service.clock.advance(hours * HOUR_MS);
    await scene.runTask();
  }
  const chargesOf = ({ customerId }: Cards) =>
    stripe.books.paidCharges().filter(({ metadata }) => metadata['customer_id'] === customerId);
  const confirmations = (topUp: { paymentId?: string | null }) =>
    stripe.books.calls.filter(({ path }) => path === `/v1/payment_intents/${topUp.paymentId}/confirm`);
  const guardOf = ({ walletId }: Cards) => em.fork().findOneOrFail(TopUpGuard, { walletId });

  it.each([
    ['softly', SOFT, 'insufficient_funds'],
    ['for good', HARD, 'lost_card'],
  ])('is tried at once where the card on file is declined %s, in the same payment', async (_how, outcome, code) => {
    const cards = await prepare(outcome);
    const { topUp, attempts } = await spend(cards);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 2, paymentMethodId: cards.backup.id });
    expect(attempts).toMatchObject([
      { attempt: 1, outcome: 'declined', code, cardFingerprint: cards.onFile.fingerprint },
      { attempt: 2, outcome: 'succeeded', cardFingerprint: cards.backup.fingerprint },
    ]);
    expect(confirmations(topUp).map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `topup:${topUp.id}:confirm:1`,
      `topup:${topUp.id}:confirm:2`,
    ]);
    expect(chargesOf(cards)).toHaveLength(1);
    expect(await scene.balance(cards.walletId)).toBe('55');
    const retried = (await scene.decisions(cards.walletId)).filter(({ verdict }) => verdict === 'retry');
    expect(retried).toMatchObject([
      {
        topUpId: topUp.id,
        code: 'backup_card',
        reason: `declined ${code}; the backup card …${cards.backup.last4} was tried`,
        occurrences: 1,
      },
    ]);
  });

  it('has one turn: declined too, the card on file is tried on by its own schedule, and the pause is about that one', async () => {
    const cards = await prepare(SOFT, SOFT);
    const { topUp } = await spend(cards);
    expect(topUp).toMatchObject({
      topUpStatus: 'retry_wait',
      attempt: 2,
      paymentMethodId: cards.onFile.id,
      lastErrorCode: 'insufficient_funds',
      lastErrorMessage: expect.stringContaining('The backup card was declined, too (insufficient_funds).'),
    });
    expect(topUp.nextAttemptAt.getTime() - service.clock.now().getTime()).toBeGreaterThan(0.9 * HOUR_MS);
    for (const hours of [1, 4, 24]) await later(hours);
    const { topUp: ended, attempts } = await lookAt(cards.walletId);
    const { onFile, backup } = cards;
    expect(attempts.map(({ cardFingerprint }) => cardFingerprint)).toEqual(
      [onFile, backup, onFile, onFile, onFile].map(({ fingerprint }) => fingerprint),
    );
    expect(ended).toMatchObject({ topUpStatus: 'failed' });
    expect(await guardOf(cards)).toMatchObject({ pauseReason: 'card_declined', pausedCard: onFile.fingerprint });
    expect(chargesOf(cards)).toEqual([]);
    expect(stripe.books.paymentIntents.find(ended.paymentId as string)).toMatchObject({ status: 'canceled' });
  });

  it('declined for good is the backup no more, which is told once; the card on file decides what comes next', async () => {
    const endpoint = { url: 'http://127.0.0.1:9/hook', event_types: ['payment_method.backup_declined'] };
    await service.get(EndpointsService).create({ ...scene.caller, requestId: '' } as never, endpoint);
    const cards = await prepare(HARD, declining('stolen_card'));
    const { topUp } = await spend(cards);
    expect(topUp).toMatchObject({ topUpStatus: 'failed', lastErrorCode: 'lost_card', attempt: 2 });
    expect(await guardOf(cards)).toMatchObject({
      pauseReason: 'card_declined',
      pausedCard: cards.onFile.fingerprint,
    });
    expect(await service.get(BackupCards).findChargeable(scene.scope, cards.customerId)).toBeUndefined();
    const told = await em.fork().find(WebhookEvent, scene.scope);
    expect(told.map(({ body }) => JSON.parse(body) as object)).toEqual([
      {
        event_type: 'payment_method.backup_declined',
        payment_method: expect.objectContaining({
          id: cards.backup.id,
          role: null,
          last4: cards.backup.last4,
          reason_code: 'stolen_card',
        }),
      },
    ]);
  });

  it.each<[string, (cards: Cards) => Promise<unknown>]>([
    [
      'was removed',
      ({ customerId, backup }) => service.get(PaymentMethodsService).remove(scene.caller, customerId, backup.id),
    ],
    [
      'is the backup no more',
      ({ customerId, backup }) => service.get(BackupCards).drop(scene.caller, customerId, backup.id),
    ],
    ['has expired', ({ backup }) => em.nativeUpdate(PaymentMethod, { id: backup.id }, { expiryYear: 2020 })],
    ['was declined ten times in 30 days', ({ backup }) => declineTenTimes(backup.fingerprint)],
  ])('is not tried once it %s', async (_why, change) => {
    const cards = await prepare(SOFT);
    await change(cards);
    const { topUp } = await spend(cards);
    expect(topUp).toMatchObject({ topUpStatus: 'retry_wait', attempt: 1 });
    expect(confirmations(topUp)).toHaveLength(1);
  });
  async function declineTenTimes(cardFingerprint: string): Promise<void> {
    const now = service.clock.now();
    const told = { outcome: 'declined', code: 'x', message: '', startedAt: now, finishedAt: now };
    const attempts = Array.from({ length: 10 }, (_, at) => ({
      topUpId: cardFingerprint,
      attempt: at,
      ...inWallet('w'),
    }));
    await em.insertMany(
      TopUpAttempt,
      attempts.map((attempt) => ({ ...attempt, ...told, cardFingerprint })),
    );
  }

  it('is not tried where the bank asks for the holder, nor where the outcome is not known', async () => {
    const asked = await prepare({ kind: 'authenticate' });
    expect((await spend(asked)).topUp).toMatchObject({ topUpStatus: 'requires_action', attempt: 1 });
    const pending = await prepare({ kind: 'processing', endsAs: 'succeeded', afterMs: 50 });
    expect((await spend(pending)).topUp).toMatchObject({ topUpStatus: 'processing', attempt: 1 });
    const lost = await prepare();
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'server_error', when: 'before' } });
    expect((await spend(lost)).topUp).toMatchObject({ topUpStatus: 'unknown', attempt: 1 });
  });

  it('is asked about like any other charge: who switches the rule off in between is not charged', async () => {
    const cards = await prepare(SOFT);
    const steps = service.get(TopUpSteps);
    const progress = steps.progress.bind(steps);
    steps.progress = async (topUp, change, outcome) => {
      await progress(topUp, change, outcome);
      if (change.backup?.step === 'due') await scene.setAutoTopUp(cards.walletId, { enabled: false });
    };
    const { topUp } = await spend(cards);
    steps.progress = progress;
    expect(topUp).toMatchObject({ topUpStatus: 'canceled', attempt: 1 });
    expect(confirmations(topUp)).toHaveLength(1);
  });

  it('is asked for again with the same key where its request was lost, and charged once', async () => {
    const cards = await prepare(SOFT);
    const { customerId } = cards;
    let confirms = 0;
    const take = stripe.faults.take.bind(stripe.faults);
    stripe.faults.take = (method, path) => {
      const [, paymentId = ''] = /^\/v1\/payment_intents\/(pi_[^/]+)\/confirm$/.exec(path) ?? [];
      const isOurs = stripe.books.paymentIntents.find(paymentId)?.metadata['customer_id'] === customerId;
      if (isOurs) confirms += 1;
      return isOurs && confirms === 2 ? { kind: 'hang', when: 'before' } : take(method, path);
    };
    const { topUp } = await spend(cards);
    stripe.faults.take = take;
    expect(topUp).toMatchObject({ topUpStatus: 'unknown', attempt: 2 });
    service.clock.advance(60_000);
    await scene.runTask();
    const { topUp: paid, attempts } = await lookAt(cards.walletId);
    expect(paid).toMatchObject({ topUpStatus: 'succeeded', attempt: 2, paymentMethodId: cards.backup.id });
    expect(attempts).toMatchObject([{ outcome: 'declined' }, { outcome: 'succeeded' }]);
    expect(new Set(confirmations(paid).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(chargesOf(cards)).toHaveLength(1);
  });

  it('that asks for its holder waits for them, unless another card comes on file', async () => {
    const cards = await prepare(SOFT, { kind: 'authenticate' });
    expect((await spend(cards)).topUp).toMatchObject({ topUpStatus: 'requires_action', attempt: 2 });
    service.clock.advance(61_000);
    await scene.runTask();
    expect((await lookAt(cards.walletId)).topUp).toMatchObject({ topUpStatus: 'requires_action', attempt: 2 });
    await scene.useCard(cards.customerId, 'pm_card_visa');
    await scene.settle();
    await scene.runTask();
    const { topUp } = await lookAt(cards.walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 3 });
    expect(chargesOf(cards)).toHaveLength(1);
  });

  it('gives its turn to a card that comes on file while it waits for it', async () => {
    const cards = await prepare(SOFT);
    const steps = service.get(TopUpSteps);
    const progress = steps.progress.bind(steps);
    steps.progress = async (topUp, change, outcome) => {
      await progress(topUp, change, outcome);
      if (change.backup?.step === 'due') await scene.useCard(cards.customerId, 'pm_card_mastercard');
    };
    const { topUp } = await spend(cards);
    steps.progress = progress;
    await scene.runTask();
    const card = await service.get(PaymentMethodsService).findChargeable(scene.scope, cards.customerId);
    expect(await lookAt(cards.walletId)).toMatchObject({
      topUp: { id: topUp.id, topUpStatus: 'succeeded', attempt: 2, backup: null, paymentMethodId: card?.id },
    });
    expect(chargesOf(cards)).toHaveLength(1);
  });
});
