import { randomBytes } from 'node:crypto';
import { SetPasswordDto } from '../../auth/users/auth.dto.js';
import { PasswordChanges } from '../../auth/users/password-changes.service.js';
import { validated } from '../../http/validation.pipe.js';
import type { AdminCommand } from './admin-command.js';

/** 144 random bits, as 24 characters that can be read out. */
const GENERATED_BYTES = 18;

export const setPassword: AdminCommand = {
  name: 'set-password',
  parameters: ['e-mail address'],
  options: { stdin: { type: 'boolean' } },
  words: 'gives a user a new password, printed once (or, with --stdin, its first line); their tokens end',
  async run({ app, parameters, options, readLine }) {
    const isGiven = options['stdin'] === true;
    const words = isGiven ? await readLine() : randomBytes(GENERATED_BYTES).toString('base64url');
    const { email, password } = validated(SetPasswordDto, { email: parameters[0], password: words });
    const ended = await app.get(PasswordChanges, { strict: false }).setByOperator(email, password);
    const shown = isGiven ? '' : `password: ${password}\n`;
    return `${shown}the password of ${email} is set; ${ended} tokens end within 5 s\n`;
  },
};
