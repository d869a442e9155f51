import { invalidField } from '../../shared/errors.js';
import { ForbiddenAddress, publicAddressesOf } from './public-address.js';

/**
 * Whether a tenant's url may be sent to. Said when it is saved, so that a mistake is seen at once; what counts is the check
 * at each connection.
 * @param field of the request that the url is in
 * @throws validation
 */
export async function checkUrl(
  text: string,
  { isProduction }: { isProduction: boolean },
  field = 'url',
): Promise<void> {
  if (!URL.canParse(text)) throw invalidField(field, 'must be a url, such as https://example.com/webhooks');
  const url = new URL(text);
  if (url.protocol !== 'https:' && (isProduction || url.protocol !== 'http:')) {
    throw invalidField(field, isProduction ? 'must begin with https://' : 'must begin with https:// or http://');
  }
  if (url.username || url.password) throw invalidField(field, 'must not have a user or a password in it');
  if (!isProduction) return;
  try {
    await publicAddressesOf(url.hostname);
  } catch (error) {
    throw invalidField(field, error instanceof ForbiddenAddress ? error.message : `${url.hostname} is not known`);
  }
}
