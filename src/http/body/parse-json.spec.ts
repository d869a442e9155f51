import { DomainError } from '../../shared/errors.js';
import { parseJson } from './parse-json.js';

const read = (text: string | Buffer) => parseJson(Buffer.from(text as string));

function refusal(text: string | Buffer): DomainError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error('it was accepted');
}

describe('JSON bodies', () => {
  it.each([
    '{}',
    '[]',
    'null',
    '"text"',
    '12',
    '{"a":{"b":[1,2,{"c":"d:e"}]},"f":"\\"quoted\\": yes"}',
    '{"text":"{\\"a\\":1,\\"a\\":2}","a":[{"a":1},{"a":1}]}',
    '{"balance":0.000000001,"large":12345678901234,"exact":1.50000000000000000000}',
    '{"emoji":"\\ud83d\\ude00","é":"ü"}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each(['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":2}}', '{"a":1,"b":[{"c":1,"c":1}]}'])(
    'refuses a field twice: %s',
    (text) => {
      expect(refusal(text).message).toBe('the body names the same field more than once');
    },
  );

  it.each([
    ['{"a":{"b":"x\\u0000y"}}', 'a.b: must not contain NUL characters'],
    ['{"a":["ok","\\u0000"]}', 'a.1: must not contain NUL characters'],
    ['{"a\\u0000":1}', 'must not contain NUL characters'],
    ['{"name":"\\ud83d"}', 'name: must not contain half a surrogate pair'],
    ['{"metadata":{"__proto__":"x"}}', 'metadata: has a field named __proto__, which is not allowed'],
    ['{"constructor":"x"}', 'has a field named constructor, which is not allowed'],
  ])('refuses %s', (text, message) => {
    expect(refusal(text).message).toBe(message);
  });

  it.each([
    [JSON.stringify({ a: Array(1001).fill('x') }), 'a: must have at most 1000 items'],
    [
      JSON.stringify({ a: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [n, 'x'])) }),
      'a: must have at most 200 fields',
    ],
  ])('refuses what costs more to check than any body is worth: %.20s', (text, message) => {
    expect(refusal(text).message).toBe(message);
  });

  it.each([
    '9007199254740993',
    '0.12345678901234567',
    '1234567890123456',
    '1.0000000000000001',
    '100.00000000000000001e3',
  ])('refuses the number %s, of which digits would be lost', (number) => {
    const sentence = 'has more digits than a JSON number carries exactly: send it as a string';
    expect(refusal(`{"a":{"credits":${number}}}`).fields).toEqual({ a: { credits: [sentence] } });
  });

  it('names the first number that is too long, wherever it is', () => {
    const sentence = 'has more digits than a JSON number carries exactly: send it as a string';
    const text = '{"a,]":[1,{"b":"}"},[-2,{"c:\\"":0.0000000000000000000012345,"d":[-12345678901234567e-3,{}]}]]}';
    expect(refusal(text).fields).toEqual({ 'a,]': { 2: { 1: { d: { 0: [sentence] } } } } });
    expect(refusal('12345678901234567').message).toContain(sentence);
  });

  it.each(['0.000000000000000000000000001', '1.50000000000000000000', '-100.000000000000000', '1e300'])(
    'takes %s for what it is',
    (number) => {
      expect(read(`[${number}]`)).toEqual([Number(number)]);
    },
  );

  it('reads a body with a long number about as fast as one without', () => {
    const filler = `[${'"x",'.repeat(999)}"x"],`.repeat(250);
    const cpu = (text: string) => {
      const before = process.cpuUsage();
      for (let round = 0; round < 3; round += 1) {
        try {
          read(text);
        } catch {
          // Refused, as it should be.
        }
      }
      return process.cpuUsage(before).user;
    };
    cpu(`[${filler}1]`);
    expect(cpu(`[${filler}12345678901234567]`)).toBeLessThan(3 * cpu(`[${filler}1]`));
  });

  it.each(['{', '{"a":}', "{'a':1}", '{"a":1}}', '{"a":NaN}', '\ufeff{"a":1,}'])('refuses %s', (text) => {
    expect(refusal(text).message).toMatch(/^the body is not valid JSON/);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0x22])).message).toBe('the body is not valid UTF-8');
  });

  it('names what is too long also where the rest is broken', () => {
    const fields = Array.from({ length: 201 }, (_, index) => `"${index}":0`).join();
    expect(refusal(`{"a":{${fields}`).fields).toEqual({ a: ['must have at most 200 fields'] });
    expect(refusal(`{a:{${fields}`).message).toContain('must have at most 200 fields');
    expect(refusal(`{"a":[0,[${'0,'.repeat(1000)}`).fields).toEqual({ a: { 1: ['must have at most 1000 items'] } });
  });

  it('takes as many fields and items as are allowed', () => {
    const fields = Array.from({ length: 200 }, (_, index) => `"${index}":[]`).join();
    expect(read(`{"a":{${fields}},"b":[${'[],'.repeat(999)}[]]}`)).toBeDefined();
  });

  it('refuses what is nested too deep, however deep', () => {
    expect(refusal('['.repeat(21) + ']'.repeat(21)).message).toBe('the body is nested more than 20 levels deep');
    expect(refusal('[{"a":'.repeat(30_000)).message).toBe('the body is nested more than 20 levels deep');
    expect(read('['.repeat(20) + ']'.repeat(20))).toBeDefined();
  });
});
