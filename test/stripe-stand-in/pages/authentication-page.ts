import { page } from './escape-html.js';

/** What a bank shows: the customer says yes or no. Its form goes back to the address of the page. */
export function authenticationPage(): string {
  return page(
    'Authenticate',
    `<h1>3D Secure test page</h1>
<p>The bank wants to know whether it is you.</p>
<form method="post"><input type="hidden" name="succeeds" value="true">
<button id="complete" type="submit">Complete</button></form>
<form method="post"><input type="hidden" name="succeeds" value="false">
<button id="fail" class="plain" type="submit">Fail</button></form>`,
  );
}

/** Tells the page around, which is the one that loaded the stand-in's script, that the customer has answered. */
export function answeredPage(): string {
  return page(
    'Thank you',
    `<h1 id="answered">Thank you</h1>
<script>parent.postMessage({ standIn: 'answered' }, '*');</script>`,
  );
}
