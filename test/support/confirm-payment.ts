import { SandboxProvider } from '../../src/payments/sandbox-provider.js';
import { SystemClock } from '../../src/shared/clock.js';

/**
 * A process of its own that confirms one sandbox payment many times at once, half of them with one key. It says `ready`,
 * waits for a line on its standard input, so that several can start together, and prints the kinds of the outcomes.
 */
const [folder = '', paymentId = '', paymentMethodRef = '', times = '1'] = process.argv.slice(2);
const provider = new SandboxProvider(folder, new SystemClock());

process.stdout.write('ready\n');
process.stdin.once('data', () => {
  const confirmations = Array.from({ length: Number(times) }, (_, index) =>
    provider.confirmPayment({ paymentId, paymentMethodRef }, index % 2 ? 'same' : `${process.pid}:${index}`),
  );
  void Promise.all(confirmations).then((outcomes) => {
    process.stdout.write(`${JSON.stringify(outcomes.map(({ kind }) => kind))}\n`);
    process.stdin.destroy();
  });
});
