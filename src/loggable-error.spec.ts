import { NotFoundError, ValidationError } from '@mikro-orm/core';
import { loggableError } from './loggable-error.js';

const SECRET = '3b5d3c7d207e37dceeedd301e35e2e58';

function databaseError(code: string, message: string, detail?: string): Error {
  return Object.assign(new Error(message), { code, detail, where: `portal with $1 = '${SECRET}'`, table: 'api_key' });
}

describe('an error in the log', () => {
  it.each([
    [
      'Value for ApiKey.type is required, ',
      new ValidationError(`Value for ApiKey.type is required, 'null' found\nentity: {\n  keyHash: '${SECRET}'\n}`, {
        keyHash: SECRET,
      }),
    ],
    ['ApiKey not found (', new NotFoundError(`ApiKey not found ({ keyHash: '${SECRET}' })`)],
    [
      'Trying to set ApiKey.scopes of type ',
      new ValidationError(`Trying to set ApiKey.scopes of type 'x' to [ '${SECRET}' ]`),
    ],
    [
      'invalid input syntax for type numeric: ',
      databaseError('22P02', `invalid input syntax for type numeric: "${SECRET}"`),
    ],
    [
      'duplicate key value violates unique constraint "api_key_hash_unique"',
      databaseError(
        '23505',
        `duplicate key value violates unique constraint "api_key_hash_unique"`,
        `Key (${SECRET}).`,
      ),
    ],
  ])('says "%s" without the values of the row', (words, error) => {
    for (const thrown of [error, new Error('while saving', { cause: error })]) {
      const written = loggableError(thrown) as { message: string; stack: string };
      expect(JSON.stringify(written)).not.toContain(SECRET);
      expect(written.message).toContain(words);
      expect(written.stack).toContain('loggable-error.spec');
    }
  });

  it('says what the database repeats of the row in its message, too, without it', () => {
    const detail = `Failing row contains (${SECRET}, x).`;
    const written = loggableError(
      databaseError('23514', `violates check constraint "nobody"\nDETAIL: ${detail}`, detail),
    );
    expect(written).toMatchObject({
      message: 'violates check constraint "nobody"\nDETAIL: (not logged)',
      table: 'api_key',
    });
  });

  it('says everything of an error that is about no row, and ends with causes that go in circles', () => {
    const error = new Error("cannot read 'x'");
    error.cause = new Error('first', { cause: error });
    expect(loggableError(error)).toMatchObject({ type: 'Error', message: expect.stringContaining("cannot read 'x'") });
  });
});
