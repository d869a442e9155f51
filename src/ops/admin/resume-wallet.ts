import { WalletsService } from '../../wallets/wallets.service.js';
import type { AdminCommand } from './admin-command.js';

export const resumeWallet: AdminCommand = {
  name: 'resume-wallet',
  parameters: ['wallet'],
  words: 'ends the pause of a wallet’s automatic top-ups, as its API does: one that is low buys at once',
  async run({ app, parameters: [id = ''] }) {
    const { auto_topup: autoTopUp } = await app.get(WalletsService, { strict: false }).resumeByOperator(id);
    if (!autoTopUp) return `${id} is not paused; it has no auto_topup of its own\n`;
    const { enabled, paused_reason: reason } = autoTopUp;
    if (reason)
      throw new Error(`the automatic top-up of ${id} is still paused (${reason}): it has to be agreed to anew`);
    return `the automatic top-up of ${id} is ${enabled ? 'on' : 'switched off'}, and not paused\n`;
  },
};
