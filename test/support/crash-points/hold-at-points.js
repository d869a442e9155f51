// Loaded into a service process before anything else (`--import`). Holds the work on a wallet for ever at the point that
// CRASH_PLAN names for it, as if the process died there, and says so in a line of the log; the test then kills the process,
// with every wallet at its point. It wraps what the service's parts say to each other: the service knows nothing of it.
const service = new URL(`file://${process.env.REFILL_TEST_SERVICE}/`).href;
/** Wallet and customer to point. */
const plan = new Map(JSON.parse(process.env.CRASH_PLAN));
/** Walled off until the test sends SIGUSR2: nothing else is committed while a transaction is held. */
const gate = new Promise((resolve) => {
  process.once('SIGUSR2', resolve);
});

function say(msg, id) {
  console.log(JSON.stringify({ msg, id }));
}

async function holdAt(point, id) {
  if (plan.get(id) !== point) return;
  say('held', id);
  await new Promise(() => {});
}

function wrap(prototype, name, wrapper) {
  const original = prototype[name];
  prototype[name] = function wrapped(...given) {
    return wrapper.call(this, (...others) => original.apply(this, others), ...given);
  };
}

const { TopUpPolicy } = await import(`${service}top-ups/rules/top-up-policy.js`);
const { TopUpQueue } = await import(`${service}top-ups/purchases/top-up-queue.js`);
const { TopUpSteps } = await import(`${service}top-ups/purchases/top-up-steps.js`);
const { TopUpSettlement } = await import(`${service}top-ups/purchases/settlement.js`);
const { TopUpInvoices } = await import(`${service}top-ups/purchases/top-up-invoices.js`);
const { BoundedProvider } = await import(`${service}payments/bounded-provider.js`);
const { LedgerService } = await import(`${service}ledger/ledger.service.js`);

// The intent is committed, and nobody is told of it.
wrap(TopUpPolicy.prototype, 'committed', function (original, states) {
  const isHeld = (state) => plan.get(state.wallet.id) === 'after_intent' && this.stateOf(state).newTopUps.size > 0;
  for (const state of states.filter(isHeld)) say('held', state.wallet.id);
  original(states.filter((state) => !isHeld(state)));
});
wrap(TopUpQueue.prototype, 'claim', async (original, ids) => {
  const claimed = await original(ids);
  const isHeld = ({ walletId }) => plan.get(walletId) === 'after_claim';
  for (const { walletId } of claimed.filter(isHeld)) say('held', walletId);
  return claimed.filter((topUp) => !isHeld(topUp));
});
wrap(TopUpSteps.prototype, 'authorize', async (original, topUp, provider, card, backupLast4) => {
  const mayCharge = await original(topUp, provider, card, backupLast4);
  if (backupLast4) await holdAt('backup_authorized', topUp.walletId);
  await holdAt('after_authorize', topUp.walletId);
  return mayCharge;
});
wrap(TopUpSteps.prototype, 'progress', async (original, topUp, change, outcome) => {
  await original(topUp, change, outcome);
  if (change.backup?.step === 'due') await holdAt('before_backup', topUp.walletId);
  if (change.paymentId) await holdAt('after_store', topUp.walletId);
});

const customerOf = new Map();
wrap(BoundedProvider.prototype, 'createPayment', async (original, request, key) => {
  const created = await original(request, key);
  if (created.kind === 'created') customerOf.set(created.paymentId, request.customerId);
  await holdAt('after_create', request.customerId);
  return created;
});
wrap(BoundedProvider.prototype, 'confirmPayment', async (original, request, key) => {
  const outcome = await original(request, key);
  await holdAt('after_confirm', customerOf.get(request.paymentId));
  if (key.endsWith(':confirm:2')) await holdAt('backup_confirmed', customerOf.get(request.paymentId));
  return outcome;
});

wrap(TopUpSettlement.prototype, 'settle', async (original, topUp) => {
  await holdAt('before_settle', topUp.walletId);
  if (plan.get(topUp.walletId) === 'in_settle') {
    say('at the gate', topUp.walletId);
    await gate;
  }
  const result = await original(topUp);
  await holdAt('after_settle', topUp.walletId);
  return result;
});
// In the transaction that closes the intent and gives the credits, before its commit.
wrap(TopUpInvoices.prototype, 'create', async (original, em, topUp, ...rest) => {
  await original(em, topUp, ...rest);
  await holdAt('in_settle', topUp.walletId);
});
wrap(LedgerService.prototype, 'post', async (original, command) => {
  const answer = await original(command);
  if (command.kind === 'debit') await holdAt('before_reply', command.walletId);
  return answer;
});
