import type { AddressInfo } from 'node:net';
import { Body, Controller, HttpCode, Put } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IsBoolean, IsIn, IsInt, IsOptional } from 'class-validator';
import request from 'supertest';
import { AcceptsForms } from '../src/http/body/accepts-forms.js';
import { IsText } from '../src/http/fields/is-text.js';
import { Nested } from '../src/http/fields/nested.js';
import { startHttpApp } from './support/http-app.js';

class PackDto {
  @IsText({ min: 1, max: 100 })
  id!: string;

  @IsOptional()
  @IsInt()
  price?: number;

  @IsOptional()
  @IsIn(['USD', 'EUR', 'GBP', ''])
  currency_code?: string;
}

class SettingsDto {
  @IsOptional()
  @IsBoolean()
  auto_top_up_on_expiration?: boolean;

  @IsOptional()
  @IsBoolean()
  auto_top_up_on_insufficient?: boolean;

  @IsOptional()
  @Nested(() => PackDto)
  auto_top_up_credits_pack?: PackDto | null;
}

@Controller('account/settings')
class SettingsController {
  @Put()
  @HttpCode(201)
  @AcceptsForms(SettingsDto)
  put(@Body() body: SettingsDto): SettingsDto {
    return body;
  }
}

const FORM = 'application/x-www-form-urlencoded';
const FULL = {
  auto_top_up_on_expiration: true,
  auto_top_up_on_insufficient: false,
  auto_top_up_credits_pack: { id: 'pack_100', price: 9900, currency_code: 'USD' },
};

describe('form bodies', () => {
  let app: NestExpressApplication;
  let url: string;
  beforeAll(async () => {
    app = await startHttpApp(SettingsController);
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());

  const put = () => request(url).put('/account/settings/');
  const putForm = (form: string) => put().set('Content-Type', FORM).send(form);
  const putMultipart = (fields: Record<string, string>) => {
    const call = put();
    for (const [name, value] of Object.entries(fields)) void call.field(name, value);
    return call;
  };

  it('are the same request in all three content types', async () => {
    const json = await put().send(FULL).expect(201);
    const brackets = await putForm(
      'auto_top_up_on_expiration=True&auto_top_up_on_insufficient=0&auto_top_up_credits_pack[id]=pack_100' +
        '&auto_top_up_credits_pack[price]=9900&auto_top_up_credits_pack[currency_code]=USD',
    ).expect(201);
    const dots = await putForm(
      'auto_top_up_on_expiration=on&auto_top_up_on_insufficient=OFF&auto_top_up_credits_pack.id=pack_100' +
        '&auto_top_up_credits_pack.price=9900&auto_top_up_credits_pack.currency_code=USD',
    ).expect(201);
    const multipart = await putMultipart({
      auto_top_up_on_expiration: '1',
      auto_top_up_on_insufficient: 'false',
      'auto_top_up_credits_pack[id]': 'pack_100',
      'auto_top_up_credits_pack.price': '9900',
      'auto_top_up_credits_pack[currency_code]': 'USD',
    }).expect(201);
    const value = await putMultipart({
      auto_top_up_on_expiration: 'TRUE',
      auto_top_up_on_insufficient: 'Off',
      auto_top_up_credits_pack: JSON.stringify(FULL.auto_top_up_credits_pack),
    }).expect(201);
    for (const { body } of [json, brackets, dots, multipart, value]) expect(body).toEqual(FULL);
  });

  it('read an empty pack as none', async () => {
    expect((await putForm('auto_top_up_credits_pack=').expect(201)).body).toEqual({ auto_top_up_credits_pack: null });
    const multipart = await putMultipart({ auto_top_up_credits_pack: '' }).expect(201);
    expect(multipart.body).toEqual({ auto_top_up_credits_pack: null });
  });

  it('may be empty', async () => {
    await put().send({}).expect(201);
    await put().set('Content-Type', FORM).send('').expect(400);
    await put().expect(400);
  });

  it.each([
    ['auto_top_up_on_expiration=maybe', { auto_top_up_on_expiration: ['Must be a boolean value.'] }],
    [
      'auto_top_up_on_expiration=true&auto_top_up_on_expiration=false',
      { auto_top_up_on_expiration: ['Must be a boolean value.'] },
    ],
    ['auto_top_up_credits_pack=pack_100', { auto_top_up_credits_pack: ['Must be an object.'] }],
    ['auto_top_up_credits_pack[price]=1', { auto_top_up_credits_pack: { id: ['Is required.'] } }],
    [
      'auto_top_up_credits_pack.id=a&auto_top_up_credits_pack.price=1e9',
      { auto_top_up_credits_pack: { price: ['Must be an integer number.'] } },
    ],
    [
      'auto_top_up_credits_pack.id=a&auto_top_up_credits_pack.x=1',
      { auto_top_up_credits_pack: { x: ['Is not a known field; known are id, price, currency_code.'] } },
    ],
    [
      'nothing=1',
      {
        nothing: [
          'Is not a known field; known are auto_top_up_on_expiration, auto_top_up_on_insufficient, auto_top_up_credits_pack.',
        ],
      },
    ],
    ['auto_top_up_on_expiration=%FF', { non_field_errors: ['The form is not percent-encoded UTF-8.'] }],
    ['auto_top_up_credits_pack[id]=a%00', { auto_top_up_credits_pack: { id: ['Must not contain NUL characters.'] } }],
    ['a=1&'.repeat(101), { non_field_errors: ['The form has more than 100 fields.'] }],
  ])('refuse %.60s field by field', async (form, body) => {
    expect((await putForm(form).expect(400)).body).toEqual(body);
  });

  it('are stricter in JSON, where a text is no flag', async () => {
    const answer = await put().send({ auto_top_up_on_expiration: 'true' }).expect(400);
    expect(answer.body).toEqual({ auto_top_up_on_expiration: ['Must be a boolean value.'] });
  });

  it('refuse files, by the name of the field', async () => {
    const answer = await put().attach('auto_top_up_credits_pack', Buffer.from('x'), 'x.txt').expect(400);
    expect(answer.body).toEqual({ auto_top_up_credits_pack: ['Is a file: only text is taken here.'] });
  });

  it('refuse multipart forms that are broken or too large', async () => {
    await put().set('Content-Type', 'multipart/form-data').send('x').expect(400);
    await put().set('Content-Type', 'multipart/form-data; boundary=b').send('--b\r\nnonsense').expect(400);
    await putMultipart(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, 'x']))).expect(400);
    await putMultipart({ note: 'x'.repeat(70_000) }).expect(413);
    await putForm(`note=${'x'.repeat(70_000)}`).expect(413);
  });

  it.each(['auto_top_up_credits_pack[4294967294]', `auto_top_up_credits_pack${'[x]'.repeat(60)}`])(
    'take no longer for the name %.60s in a multipart form than in an urlencoded one',
    async (name) => {
      const startedAt = performance.now();
      const multipart = await putMultipart({ [name]: 'x' }).expect(400);
      expect(multipart.body).toEqual((await putForm(`${name}=x`).expect(400)).body);
      expect(performance.now() - startedAt).toBeLessThan(2000);
    },
  );

  it.each(['text/plain', 'application/xml', 'multipart/mixed; boundary=b', `${FORM}; charset=latin1`])(
    'refuse %s',
    async (type) => {
      const answer = await put().set('Content-Type', type).send('auto_top_up_on_expiration=1').expect(415);
      expect(Object.keys(answer.body)).toEqual(['detail']);
    },
  );
});
