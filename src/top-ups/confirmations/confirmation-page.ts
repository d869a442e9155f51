import { PAGE_STYLE } from '../../http/page.js';

/**
 * The page on which the holder of a card confirms one payment, with the provider's script. It knows nothing by itself: the
 * link's secret part stands behind `#`, and is sent in the body of its requests only.
 */
export function confirmationPage(scriptUrl: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Confirm your payment</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1 id="title">Confirm your payment</h1>
<p id="amount"></p>
<p id="words" role="status">One moment&hellip;</p>
<p id="error" role="alert" hidden></p>
<button id="confirm" type="button" hidden>Confirm with your bank</button>
<noscript><p>This page needs JavaScript: your bank's confirmation is shown by a script of the payment provider.</p></noscript>
</main>
<script src="${scriptUrl}" nonce="${nonce}"></script>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

const STYLE = `${PAGE_STYLE}#amount { font-size: 1.25rem; font-weight: 600; margin: 0 0 1rem; }
`;

const SCRIPT = `
(() => {
  'use strict';
  const TITLES = { open: 'Confirm your payment', paid: 'Thank you', pending: 'Almost done', closed: 'Nothing to confirm' };
  const WORDS = {
    open: 'Your bank wants to know that it is you. Nothing is charged before you confirm.',
    paid: 'The payment is confirmed, and your credits have been added. You can close this page.',
    pending: 'The payment is under way. Your credits are added as soon as it is settled. You can close this page.',
    closed: 'This payment is not waiting for you any more. You can close this page.',
  };
  const byId = (id) => document.getElementById(id);
  const token = location.hash.slice(1);
  let payment;

  async function ask(what) {
    const response = await fetch(location.pathname.replace(/\\/$/, '') + '/' + what, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
      cache: 'no-store',
    });
    if (response.status === 400 || response.status === 404) return undefined;
    if (!response.ok) throw new Error('the service answered ' + response.status);
    return response.json();
  }

  function fail(words) {
    byId('error').textContent = words;
    byId('error').hidden = false;
  }

  function show(shown) {
    payment = shown;
    const card = shown.card_last4 ? ', card ending ' + shown.card_last4 : '';
    byId('amount').textContent = shown.currency + ' ' + shown.amount + card;
    byId('title').textContent = TITLES[shown.status];
    byId('words').textContent = WORDS[shown.status];
    byId('confirm').hidden = shown.status !== 'open';
    byId('confirm').disabled = false;
    document.body.dataset.status = shown.status;
  }

  function showInvalid() {
    byId('title').textContent = 'This link is not valid';
    byId('words').textContent = 'It is good for 24 hours and one payment. Ask for another one where you got it.';
    byId('confirm').hidden = true;
    document.body.dataset.status = 'invalid';
  }

  async function load() {
    const found = await ask('payment');
    if (found) show(found);
    else showInvalid();
  }

  async function confirm() {
    byId('confirm').disabled = true;
    byId('error').hidden = true;
    if (!payment.client_secret) await load();
    if (payment.status !== 'open') return;
    const { client_secret: secret, payment_method: method } = payment;
    const outcome = await Stripe(payment.publishable_key).confirmCardPayment(secret, { payment_method: method });
    const after = await ask('outcome');
    if (!after) return showInvalid();
    show(after);
    if (outcome.error && after.status === 'open') fail(outcome.error.message || 'The payment was not confirmed.');
  }

  const guarded = (work) => () => work().catch(() => {
    byId('confirm').disabled = false;
    fail('That did not work. Check your connection and try again.');
  });
  byId('confirm').addEventListener('click', guarded(confirm));
  guarded(load)();
})();
`;
