import type { DemoDetails } from './demo-file.js';

/** What the demo wallet starts with, and its rule: each debit of the printed command crosses the line again. */
export const DEMO_CREDITS = '25';
const DEBIT_CREDITS = '20';
const THRESHOLD_CREDITS = '10';
const TOP_UP_CREDITS = '20';

export interface DemoCommand {
  title: string;
  /** Works when it is pasted into a shell, again and again. */
  command: string;
}

/** The main job in four calls. */
export function demoCommands(demo: DemoDetails): DemoCommand[] {
  const wallet = `${demo.base_url}/v1/wallets/${demo.wallet_id}`;
  const server = `-H 'x-api-key: ${demo.server_key}'`;
  const account = `-H 'Authorization: JWT ${demo.account_key}'`;
  const json = `-H 'Content-Type: application/json'`;
  const autoTopUp = {
    auto_topup: { enabled: true, threshold: THRESHOLD_CREDITS, amount: TOP_UP_CREDITS, invoicing: false },
  };
  const settings = {
    auto_top_up_on_expiration: true,
    auto_top_up_on_insufficient: true,
    auto_top_up_credits_pack: { id: demo.pack_ids[1] ?? demo.pack_ids[0] },
  };
  const debit =
    `{\\"credits\\":\\"${DEBIT_CREDITS}\\",\\"transaction_reason\\":\\"MANUAL_BALANCE_DEBIT\\",` +
    `\\"idempotency_key\\":\\"demo-$(date +%s%N)\\"}`;
  return [
    {
      title: `1. Buy ${TOP_UP_CREDITS} credits whenever ${THRESHOLD_CREDITS} or fewer are left:`,
      command: `curl -X PUT ${wallet} ${server} ${json} -d '${JSON.stringify(autoTopUp)}'`,
    },
    {
      title: `2. Spend ${DEBIT_CREDITS} credits, which crosses that line:`,
      command: `curl -X POST ${wallet}/debit ${server} ${json} -d "${debit}"`,
    },
    {
      title: '3. See what was bought, and why:',
      command: `curl ${wallet}/top-ups ${server}`,
    },
    {
      title: 'And as the account itself: buy a pack when credits run out, or are about to expire:',
      command: `curl -X PUT ${demo.base_url}/account/credits/top-up/settings/ ${account} ${json} -d '${JSON.stringify(settings)}'`,
    },
  ];
}

/** What the first start prints. */
export function demoText(demo: DemoDetails): string {
  const lines = [
    '',
    'Refill is running, with demo data and sandbox payments: no real money moves.',
    '',
    `  Console             ${demo.base_url}/console (paste the server key)`,
    `  API documentation   ${demo.base_url}/docs`,
    `  server key          ${demo.server_key}`,
    `  account key         ${demo.account_key}`,
    '',
    ...demoCommands(demo).flatMap(({ title, command }) => [title, '', command, '']),
  ];
  return `${lines.join('\n')}\n`;
}
