import { PAGE_STYLE } from '../../http/page.js';

/**
 * The page of an invitation's link, on which its user chooses a password. It is the same for everybody: the link's secret
 * part stands behind `#`, and is sent in the body of its requests only.
 */
export function invitationPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Your invitation</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1 id="title">Your invitation</h1>
<p id="words" role="status">One moment&hellip;</p>
<p id="error" role="alert" hidden></p>
<form id="form" hidden>
<label>E-mail address<input id="email" type="email" autocomplete="username" readonly></label>
<label>Your name<input id="name" autocomplete="name" maxlength="255"></label>
<label>Choose a password<input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required></label>
<button id="accept">Accept the invitation</button>
</form>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

const STYLE = `${PAGE_STYLE}label { display: block; font-weight: 600; margin: 0 0 1rem; }
input { border: 1px solid #8888; border-radius: 8px; box-sizing: border-box; display: block; font: inherit; min-height: 48px; padding: 0 12px; width: 100%; }
input:read-only { opacity: .7; }
`;

const SCRIPT = `
(() => {
  'use strict';
  const ROLES = { owner: 'an owner, who may do everything', finance: 'finance, who moves money', read_only: 'a reader' };
  const byId = (id) => document.getElementById(id);
  const token = location.hash.slice(1);

  async function ask(what, body) {
    return fetch(location.pathname.replace(/\\/invitation\\/?$/, '') + '/v1/auth/invitations/' + what, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, ...body }),
      cache: 'no-store',
    });
  }

  function show(status, title, words) {
    byId('title').textContent = title;
    byId('words').textContent = words;
    byId('form').hidden = status !== 'open';
    document.body.dataset.status = status;
  }

  function fail(words) {
    byId('error').textContent = words;
    byId('error').hidden = false;
    byId('accept').disabled = false;
  }

  const showInvalid = () =>
    show('invalid', 'This link is not valid', 'It is good once and for seven days. Ask who sent it for another one.');

  async function load() {
    const response = await ask('open', {});
    if (response.status === 400 || response.status === 404) return showInvalid();
    const found = await response.json();
    if (!response.ok) return fail(found.message);
    byId('email').value = found.email;
    const role = 'You are invited to ' + found.tenant_name + ' as ' + ROLES[found.role] + '.';
    show('open', 'Your invitation', role);
  }

  async function accept() {
    byId('accept').disabled = true;
    byId('error').hidden = true;
    const response = await ask('accept', { name: byId('name').value, password: byId('password').value });
    if (response.status === 404) return showInvalid();
    if (response.ok) return show('accepted', 'Welcome', 'You can log in with your e-mail address and this password now.');
    const { message } = await response.json();
    fail(message);
  }

  const guarded = (work) => () => work().catch(() => fail('That did not work. Check your connection and try again.'));
  byId('form').addEventListener('submit', (event) => {
    event.preventDefault();
    guarded(accept)();
  });
  guarded(load)();
})();
`;
