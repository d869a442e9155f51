import 'reflect-metadata';
import { IsArray, IsBoolean, IsInt, IsOptional } from 'class-validator';
import { IsText } from '../fields/is-text.js';
import { Nested } from '../fields/nested.js';
import { formToBody, parseUrlencoded } from './form-fields.js';

class PackDto {
  @IsText({ max: 100 })
  id!: string;

  @IsOptional()
  @IsInt()
  price?: number;
}

class SettingsDto {
  @IsBoolean()
  on_expiration!: boolean;

  @IsOptional()
  @Nested(() => PackDto)
  pack?: PackDto | null;

  @IsOptional()
  @IsText({ max: 10 })
  note?: string;

  @IsOptional()
  @IsArray()
  coupons?: string[];
}

const bodyOf = (form: string) => formToBody(parseUrlencoded(Buffer.from(form)), SettingsDto);

describe('forms', () => {
  it.each([
    ['coupons=', []],
    ['coupons=a', ['a']],
    ['coupons=a&coupons=', ['a', '']],
    ['coupons=a&coupons=b', ['a', 'b']],
  ])('reads the list %s as %j', (form, coupons) => {
    expect(bodyOf(form)).toEqual({ coupons });
  });

  it.each(['true', 'TRUE', '1', 'on', 'On'])('reads %s as true', (word) => {
    expect(bodyOf(`on_expiration=${word}`)).toEqual({ on_expiration: true });
  });

  it.each(['false', 'False', '0', 'off', 'OFF'])('reads %s as false', (word) => {
    expect(bodyOf(`on_expiration=${word}`)).toEqual({ on_expiration: false });
  });

  it.each(['yes', '', '2', 'truee'])('leaves the flag %p as it is, for the validator to refuse', (word) => {
    expect(bodyOf(`on_expiration=${word}`)).toEqual({ on_expiration: word });
  });

  it.each([
    'pack[id]=p1&pack[price]=9900',
    'pack.id=p1&pack.price=9900',
    'pack%5Bid%5D=p1&pack.price=9900',
    'pack={"id":"p1","price":9900}',
  ])('nests %s', (form) => {
    expect(bodyOf(form)).toEqual({ pack: { id: 'p1', price: 9900 } });
  });

  it.each(['pack=', 'pack=null', 'pack'])('reads %s as null', (form) => {
    expect(bodyOf(form)).toEqual({ pack: null });
  });

  it('leaves numbers that it would change as text', () => {
    expect(bodyOf('pack.id=1&pack.price=9900.5')).toEqual({ pack: { id: '1', price: '9900.5' } });
    expect(bodyOf('pack.price=12345678901234567')).toEqual({ pack: { price: '12345678901234567' } });
    expect(bodyOf('pack.price=-5')).toEqual({ pack: { price: -5 } });
  });

  it('decodes percent-encoding and plus signs', () => {
    expect(bodyOf('note=a+b%2Bc%C3%A9&pack.id=%26%3D')).toEqual({ note: 'a b+cé', pack: { id: '&=' } });
  });

  it('makes a list of what is sent twice, which no field of text accepts', () => {
    expect(bodyOf('note=a&note=b')).toEqual({ note: ['a', 'b'] });
  });

  it.each([
    ['note=%FF', 'the form is not percent-encoded UTF-8'],
    ['note=%E', 'the form is not percent-encoded UTF-8'],
    ['note=%00', 'note: must not contain NUL characters'],
    ['pack={"id":"1","id":"2"}', 'the body names the same field more than once'],
    ['pack={"id":', 'the body is not valid JSON: Unexpected end of JSON input'],
    ['pack=x&pack.id=1', 'pack: is given both as a value and by its fields'],
    ['pack.id=1&pack=x', 'pack: is given both as a value and by its fields'],
    ['__proto__[admin]=1', 'has a field named __proto__, which is not allowed'],
    ['a&'.repeat(101), 'the form has more than 100 fields'],
    [`a${'[b]'.repeat(30)}=1`, 'the form is nested more than 20 levels deep'],
  ])('refuses %.40s', (form, message) => {
    expect(() => bodyOf(form)).toThrow(message);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});
