/**
 * What the stand-in serves at `/v3/` in place of Stripe.js: `Stripe(publishableKey)` with the methods that a page needs
 * to finish a payment or to save a card. It is a script for browsers, kept as text so that it is served as it is.
 *
 * Like Stripe.js it may run under a strict CSP: it sets styles by property only, talks to its own host, and shows the
 * bank's page in a frame of that host. Card fields (`elements`) are plain inputs in the page, unlike Stripe's frames.
 */
export const STRIPE_JS = `(() => {
  'use strict';
  const origin = new URL(document.currentScript.src).origin;

  function formOf(value, prefix, form) {
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined || inner === null) continue;
      const name = prefix ? prefix + '[' + key + ']' : key;
      if (typeof inner === 'object') formOf(inner, name, form);
      else form.append(name, String(inner));
    }
    return form;
  }

  window.Stripe = function Stripe(publishableKey) {
    async function ask(method, path, params) {
      const form = formOf(params, '', new URLSearchParams());
      const url = origin + path + (method === 'GET' ? '?' + form : '');
      try {
        const response = await fetch(url, {
          method,
          headers: { Authorization: 'Bearer ' + publishableKey },
          body: method === 'GET' ? undefined : form,
        });
        return await response.json();
      } catch (failure) {
        return { error: { type: 'api_connection_error', message: String(failure) } };
      }
    }

    const kinds = {
      pi: { path: '/v1/payment_intents/', name: 'paymentIntent' },
      seti: { path: '/v1/setup_intents/', name: 'setupIntent' },
    };

    function kindOf(clientSecret) {
      const id = clientSecret.split('_secret_')[0];
      return { ...kinds[id.split('_')[0]], id };
    }

    async function retrieve(clientSecret) {
      const { path, id, name } = kindOf(clientSecret);
      const answer = await ask('GET', path + id, { client_secret: clientSecret });
      return answer.error ? { error: answer.error } : { [name]: answer };
    }

    function showBank(url) {
      return new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        frame.title = 'Authentication by your bank';
        Object.assign(frame.style, { position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0', background: '#fff', zIndex: '2147483647' });
        const heard = (event) => {
          if (event.origin !== origin || event.source !== frame.contentWindow || event.data?.standIn !== 'answered') return;
          window.removeEventListener('message', heard);
          frame.remove();
          resolve();
        };
        window.addEventListener('message', heard);
        document.body.append(frame);
      });
    }

    async function finish(clientSecret, intent) {
      const { name } = kindOf(clientSecret);
      const next = intent.next_action;
      if (intent.status !== 'requires_action' || !next) return { [name]: intent };
      if (next.type === 'redirect_to_url') {
        window.location.assign(next.redirect_to_url.url);
        return new Promise(() => {});
      }
      await showBank(next.use_stripe_sdk.stripe_js);
      const after = await retrieve(clientSecret);
      const error = after[name]?.last_payment_error ?? after[name]?.last_setup_error;
      return after[name]?.status === 'requires_payment_method' && error ? { error } : after;
    }

    async function methodFor(given) {
      if (!given || typeof given === 'string') return { id: given };
      const { card, billing_details: details } = given;
      const fields = card && typeof card.read === 'function' ? card.read() : card;
      const made = await ask('POST', '/v1/payment_methods', { type: 'card', card: fields, billing_details: details });
      return made.error ? made : { id: made.id };
    }

    async function confirm(clientSecret, data, more) {
      const { path, id } = kindOf(clientSecret);
      const method = await methodFor(data?.payment_method);
      if (method.error) return { error: method.error };
      const params = { client_secret: clientSecret, payment_method: method.id, use_stripe_sdk: true, ...more };
      const answer = await ask('POST', path + id + '/confirm', params);
      return answer.error ? { error: answer.error } : finish(clientSecret, answer);
    }

    async function handleNextAction({ clientSecret }) {
      const found = await retrieve(clientSecret);
      return found.error ? found : finish(clientSecret, found[kindOf(clientSecret).name]);
    }

    async function confirmAndGo({ elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
      const secret = clientSecret ?? elements.clientSecret;
      const { return_url: returnUrl, payment_method: given, ...rest } = confirmParams;
      const card = elements?.mounted;
      const answer = await confirm(secret, { payment_method: given ?? { card } }, rest);
      if (answer.error || redirect === 'if_required' || !returnUrl) return answer;
      window.location.assign(returnUrl);
      return new Promise(() => {});
    }

    return {
      confirmCardPayment: (clientSecret, data) => confirm(clientSecret, data),
      confirmCardSetup: (clientSecret, data) => confirm(clientSecret, data),
      confirmPayment: confirmAndGo,
      confirmSetup: confirmAndGo,
      handleNextAction,
      handleCardAction: (clientSecret) => handleNextAction({ clientSecret }),
      retrievePaymentIntent: retrieve,
      retrieveSetupIntent: retrieve,
      createPaymentMethod: async (given) => {
        const { elements, card, billing_details: details } = given;
        const method = await methodFor({ card: elements?.mounted ?? card, billing_details: details });
        return method.error ? method : { paymentMethod: { id: method.id, object: 'payment_method', type: 'card' } };
      },
      elements: (options = {}) => cardFields(options.clientSecret),
    };
  };

  function cardFields(clientSecret) {
    const group = {
      clientSecret,
      mounted: undefined,
      submit: async () => ({}),
      create: () => {
        const inputs = {};
        for (const name of ['number', 'exp_month', 'exp_year', 'cvc']) {
          inputs[name] = Object.assign(document.createElement('input'), { name, placeholder: name });
        }
        const listeners = {};
        group.mounted = {
          mount(target) {
            const place = typeof target === 'string' ? document.querySelector(target) : target;
            place.append(...Object.values(inputs));
            listeners.ready?.();
          },
          on(event, listener) {
            listeners[event] = listener;
          },
          unmount() {
            for (const input of Object.values(inputs)) input.remove();
          },
          read() {
            const read = Object.entries(inputs).map(([name, input]) => [name, input.value.replaceAll(' ', '')]);
            return Object.fromEntries(read);
          },
        };
        return group.mounted;
      },
      getElement: () => group.mounted,
    };
    return group;
  }

  window.Stripe.version = 3;
})();
`;
