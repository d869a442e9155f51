import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../../shared/errors.js';
import { IsText } from '../../http/fields/is-text.js';

/** NIST SP 800-63B asks for 8 at least, for a bound of 64 or more, and for no rule about kinds of characters. */
const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
/** What everybody thinks of here. */
const OWN_NAME = 'refill';
/** A shorter name is part of too many words. */
const MIN_NAME_LENGTH = 3;
const MIN_DIFFERENT_CHARACTERS = 4;
/** From leaks, in lower case; shorter ones are refused for their length. */
const COMMON = new Set(dictionary['passwords-common'].filter(({ length }) => length >= MIN_LENGTH));

/** A field with a password. Whether it may become one is asked of `checkNewPassword`, which knows whose it is. */
export function IsPassword(): PropertyDecorator {
  return IsText({
    min: MIN_LENGTH,
    max: MAX_LENGTH,
    description: 'Any characters but NUL. A new one is neither a common one nor mostly the e-mail address.',
    example: 'correct horse battery staple',
  });
}

/**
 * Before a password is given to a user.
 * @param email whose it is to be
 * @param field that the password came in
 * @throws DomainError `validation`
 */
export function checkNewPassword(password: string, email: string, field = 'password'): void {
  const fault = faultOfPassword(password, email);
  if (fault) throw invalidField(field, fault);
}

/**
 * Why a password of a right length is among the first that an attacker tries: a sentence without the field's name;
 * undefined when it is not. Names that anybody knows do not count: what is beside them has to do.
 */
export function faultOfPassword(password: string, email: string): string | undefined {
  const whole = password.normalize('NFKC').toLowerCase();
  const rest = knownNames(email).reduce((text, name) => text.replaceAll(name, ''), whole);
  if (COMMON.has(whole) || COMMON.has(rest)) return 'is one of the passwords that are tried first: choose another';
  if (new Set(whole).size < MIN_DIFFERENT_CHARACTERS) return 'repeats too few characters';
  if ([...rest].length >= MIN_LENGTH) return undefined;
  return `must have ${MIN_LENGTH} characters beside the e-mail address's name and the word ${OWN_NAME}`;
}

function knownNames(email: string): string[] {
  const name = email.slice(0, email.lastIndexOf('@')).normalize('NFKC').toLowerCase();
  return name.length < MIN_NAME_LENGTH ? [OWN_NAME] : [name, OWN_NAME];
}
