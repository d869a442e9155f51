import 'reflect-metadata';
import { checkNewPassword, faultOfPassword } from './password-rule.js';

const EMAIL = 'ada.lovelace@acme.example';

describe('a new password', () => {
  it.each([
    ['correct horse battery staple'],
    ['kT9#mQ2x'],
    ['no rule about kinds of characters'],
    ['82736450192'],
    ['please refill the tank tonight'],
    ['ada.lovelace writes the first program'],
    ['日本語のとても長い合言葉です'],
    ['😀🚀🌵🎻🥨🧭🪁🦉'],
  ])('may be %s', (password) => {
    expect(faultOfPassword(password, EMAIL)).toBeUndefined();
  });

  it.each([
    ['password', /tried first/],
    ['12345678', /tried first/],
    ['PassWord1', /tried first/],
    ['ｐａｓｓｗｏｒｄ', /tried first/],
    ['qwertyuiop', /tried first/],
    ['refillpassword', /tried first/],
    ['aaaaaaaaaaaaaaaa', /few characters/],
    ['abcabcabcabc', /few characters/],
    ['refill12345', /beside the e-mail/],
    ['Ada.Lovelace1815', /beside the e-mail/],
    ['refill-ada.lovelace', /beside the e-mail/],
  ])('must not be %s', (password, fault) => {
    expect(faultOfPassword(password, EMAIL)).toMatch(fault);
  });

  it('is not held against a name of two letters', () => {
    expect(faultOfPassword('algebra-al', 'al@acme.example')).toBeUndefined();
  });

  it('is refused by the field that it came in', () => {
    expect(() => checkNewPassword('password', EMAIL, 'new_password')).toThrow(
      expect.objectContaining({ kind: 'validation', fields: { new_password: [expect.stringMatching(/tried first/)] } }),
    );
  });
});
