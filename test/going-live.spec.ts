import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandsOf } from './support/commands-of.js';
import { ServiceProcess } from './support/service-process.js';
import { STAND_IN_WEBHOOK_SECRET, StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';

const TRYING = 'docs/trying.md';

/** As a newcomer does it: two processes, a shell, and nothing but what the pages say. */
describe('the commands of the pages', () => {
  let folder: string;
  let standIn: StripeStandIn;
  let service: ServiceProcess;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refill-live-'));
    standIn = await StripeStandIn.start();
    service = await ServiceProcess.start({
      DATA_DIR: join(folder, '.refill'),
      DEMO: 'true',
      STRIPE_API_BASE: standIn.url,
    });
    await until(() => shell('test -e .refill/demo.json').then(Boolean, () => false));
  });
  afterAll(async () => {
    await service.end('SIGTERM');
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the commands print, in the folder of the service and at the ports of this test. */
  async function shell(commands: string): Promise<string[]> {
    const { secretKey, publishableKey } = standIn.keys;
    const here = commands
      .replaceAll('http://127.0.0.1:3000', service.url)
      .replaceAll('http://127.0.0.1:12111', standIn.url)
      .replace(/^SK=.*$/m, `SK=${secretKey} PK=${publishableKey} WH=${STAND_IN_WEBHOOK_SECRET}`)
      .replace('npm run reconcile', `node ${join(process.env['REFILL_TEST_SERVICE'] as string, 'reconcile.js')}`);
    const { stdout } = await promisify(execFile)('bash', ['-ec', here], {
      cwd: folder,
      env: { PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`, REFILL_URL: service.url },
    });
    return stdout.trim().split('\n');
  }

  it('of going live charge the card that was saved, hear of it, refund, freeze, and find no difference', async () => {
    const [lines] = commandsOf(TRYING, 'The lines before');
    const [connecting, charging] = commandsOf('docs/going-live.md', 'Commands');
    const connected = await shell(`${lines}${connecting}`);
    expect(connected[0]).toBe('stripe');
    const page = connected.at(-1) as string;
    expect(page).toMatch(/\/c\/pay\/cs_/);
    standIn.dashboard.completeCheckout(page.split('/').at(-1) as string);
    await standIn.webhooks.idle();

    const charged = await shell(`${lines}${charging}`);
    expect(charged.slice(0, 6)).toEqual(['true', '5', 'succeeded', 'succeeded', 'needs_response', '15']);
    expect(charged.at(-1)).toBe('no difference');
    expect(standIn.books.paidCharges()).toHaveLength(1);
  }, 60_000);

  it('of trying it print what the page says', async () => {
    const [lines] = commandsOf(TRYING, 'The lines before');
    const [hold, batch, history, settings] = commandsOf(TRYING, 'What to try');
    expect(await shell(`${lines}${hold}`)).toEqual(['3', 'captured']);
    for (let time = 0; time < 2; time += 1) {
      const answers = await shell(`${lines}${batch}`);
      expect(answers).toEqual(['1', 'insufficient_credits', '1', expect.stringMatching(/^wtxn_/)]);
    }
    const [head, ...rest] = await shell(`${lines}${history}`);
    expect(head).toContain('balance');
    expect(rest.join('\n')).toContain('DEBIT');
    const answers = (await shell(`${lines}${settings}`)).map((line) => JSON.parse(line) as object);
    expect(answers).toHaveLength(3);
    for (const answer of answers) expect(answer).toMatchObject({ auto_top_up_on_insufficient: true });
  }, 60_000);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await isSo()); tries += 1) await new Promise((done) => setTimeout(done, 100));
}
