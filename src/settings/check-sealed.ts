import type { Logger } from '@nestjs/common';
import { type Config, ConfigError } from '../config.js';
import type { SecretBox } from './secret-box.js';

interface SealedRow {
  environmentId: string;
  sealed: string;
}

/**
 * Whether secrets that are stored can be opened: to be found out at the start, not at the first charge. They can be stored
 * anew, so those that cannot be are logged only.
 * @param what they are, for the sentences
 * @throws ConfigError in production without ENCRYPTION_KEY
 */
export function checkSealed(
  rows: SealedRow[],
  what: string,
  { box, config, logger }: { box: SecretBox; config: Config; logger: Logger },
): void {
  if (rows.length > 0 && config.isProduction && !config.encryptionKey) {
    throw new ConfigError(`ENCRYPTION_KEY is missing: ${what} are stored that it opens`);
  }
  for (const { environmentId } of rows.filter(({ sealed }) => !box.canOpen(sealed))) {
    logger.error({ msg: `ENCRYPTION_KEY does not open the ${what} of an environment`, environmentId });
  }
}
