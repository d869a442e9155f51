import { isUtf8 } from 'node:buffer';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { inspectBody } from './inspect-body.js';
import { type Excess, outlineOf, pathAt } from './json-outline.js';

/**
 * Reads a JSON body, strictly: UTF-8, no field twice, nothing that PostgreSQL can't store as text, no number of which
 * JSON.parse would lose digits, nothing too long or too deep. One pass over the bytes and one over the result, whatever is
 * in it, so it costs about what JSON.parse does; what is too large costs less.
 * @throws DomainError `validation`, naming the field where there is one.
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalidRequest('the body is not valid UTF-8');
  const { excess, inexactAt, colons } = outlineOf(bytes);
  if (excess) throw refusalOf(bytes, excess);
  const value = parse(bytes.toString('utf8'));
  const fieldCount = inspectBody(value);
  if (inexactAt !== undefined) {
    const sentence = 'has more digits than a JSON number carries exactly: send it as a string';
    throw invalidFields(fieldErrorsAt(pathAt(bytes, inexactAt), sentence));
  }
  if (fieldCount !== colons) throw invalidRequest('the body names the same field more than once');
  return value;
}

function refusalOf(bytes: Buffer, { at, sentence }: Excess): Error {
  return at === undefined ? invalidRequest(sentence) : invalidFields(fieldErrorsAt(pathAt(bytes, at), sentence));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? `: ${error.message}` : '';
    throw invalidRequest(`the body is not valid JSON${reason}`);
  }
}
