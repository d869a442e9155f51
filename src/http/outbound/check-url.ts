import { invalidField } from '../../shared/errors.js';
import { allowedAddressesOf, checkLiteral, ForbiddenAddress } from './allowed-address.js';

/**
 * Whether a tenant's url may be sent to. Said when it is saved, so that a mistake is seen at once; what counts is the check
 * at each connection.
 * @param field of the request that the url is in
 * @throws validation
 */
export async function checkUrl(
  text: string,
  { isProduction, isPrivateAllowed }: { isProduction: boolean; isPrivateAllowed: boolean },
  field = 'url',
): Promise<void> {
  if (!URL.canParse(text)) throw invalidField(field, 'must be a url, such as https://example.com/webhooks');
  const url = new URL(text);
  if (url.protocol !== 'https:' && (isProduction || url.protocol !== 'http:')) {
    throw invalidField(field, isProduction ? 'must begin with https://' : 'must begin with https:// or http://');
  }
  if (url.username || url.password) throw invalidField(field, 'must not have a user or a password in it');
  try {
    // While something is developed, the server of a name may be one that is yet to be started.
    if (isProduction || !isPrivateAllowed) await allowedAddressesOf(url.hostname, isPrivateAllowed);
    else checkLiteral(url.hostname, isPrivateAllowed);
  } catch (error) {
    throw invalidField(field, error instanceof ForbiddenAddress ? error.message : `${url.hostname} is not known`);
  }
}
