import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** About 190 random bits: nothing is gained by hashing such a key slowly. */
const RANDOM_LENGTH = 32;
/** 62^6 is more than 2^32: six characters hold any CRC-32. */
const CHECKSUM_LENGTH = 6;
const FORMAT = /^(sk|pk)_[0-9A-Za-z]{38}$/;
const PREFIXES = { private_key: 'sk_', publishable_key: 'pk_' };
/**
 * A new API key, `sk_` or `pk_`, 32 random characters and a checksum of all that, as GitHub's tokens have it: a typing
 * error or a made-up key is told without asking the database, and scanners for leaked keys get no false hits.
 */
export function generateApiKey(type) {
    const body = PREFIXES[type] + randomText(RANDOM_LENGTH);
    return body + checksum(body);
}
/** Whether a text can be a key at all: its form and its checksum. */
export function isWellFormedApiKey(text) {
    if (!FORMAT.test(text))
        return false;
    const body = text.slice(0, -CHECKSUM_LENGTH);
    return checksum(body) === text.slice(-CHECKSUM_LENGTH);
}
export function typeOfApiKey(key) {
    return key.startsWith(PREFIXES.publishable_key) ? 'publishable_key' : 'private_key';
}
/** What is stored and looked up in place of the key: its SHA-256, hex. */
export function hashApiKey(key) {
    return hash('sha256', key, 'hex');
}
/** Enough of a key to recognise it in a list: the first six of its characters and the last four, which are checksum. */
export function displayIdOf(key) {
    return `${key.slice(0, 9)}****${key.slice(-4)}`;
}
function checksum(body) {
    let rest = crc32(body);
    let text = '';
    for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
        text = ALPHABET.charAt(rest % 62) + text;
        rest = Math.floor(rest / 62);
    }
    return text;
}
/** Every character equally likely: bytes of 248 and above would favour the first ones, so they are thrown away. */
function randomText(length) {
    let text = '';
    while (text.length < length) {
        for (const byte of randomBytes(length)) {
            if (byte < 248 && text.length < length)
                text += ALPHABET.charAt(byte % 62);
        }
    }
    return text;
}
//# sourceMappingURL=api-key-format.js.map