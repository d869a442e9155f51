import type { Stripe } from 'stripe';
import { escapeHtml, page } from './escape-html.js';

/** The page on which a customer types a card. @param error what was wrong with the last try. */
export function checkoutPage(session: Stripe.Checkout.Session, error?: string): string {
  const isSetup = session.mode === 'setup';
  const title = isSetup ? 'Save your card' : `Pay ${session.amount_total} minor units of ${session.currency}`;
  const asksToKeep = !isSetup && session.saved_payment_method_options?.payment_method_save === 'enabled';
  const back = session.cancel_url
    ? `<p><a id="cancel" href="${escapeHtml(filled(session.cancel_url, session.id))}">Back</a></p>`
    : '';
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>
${error === undefined ? '' : `<p class="error" role="alert" id="error">${escapeHtml(error)}</p>`}
<form method="post" action="/c/pay/${session.id}">
<label>Card number <input id="cardNumber" name="number" inputmode="numeric" autocomplete="cc-number" required value="4242 4242 4242 4242"></label>
<label>Expiry (MM / YY) <input id="cardExpiry" name="expiry" autocomplete="cc-exp" required value="12 / 34"></label>
<label>CVC <input id="cardCvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" required value="123"></label>
<label>Name on card <input id="billingName" name="name" autocomplete="cc-name"></label>
${asksToKeep ? '<label><input id="keepCard" name="keep" type="checkbox" value="true"> Save my card for later</label>' : ''}
<button id="submit" type="submit">${isSetup ? 'Save card' : 'Pay'}</button>
</form>
${back}`,
  );
}

/** A page that has been used, or whose time is over. */
export function closedPage(): string {
  return page('This page has expired', '<h1>This page is no longer open</h1>');
}

/** A URL with the session's id where it asks for it. */
export function filled(url: string, sessionId: string): string {
  return url.replaceAll('{CHECKOUT_SESSION_ID}', sessionId);
}
