import { faultOfReturnUrl, returnUrls } from './return-urls.js';

describe('an address to come back to', () => {
  it.each([
    ['https://shop.example/done?session={CHECKOUT_SESSION_ID}', true],
    ['http://localhost:8080/done', false],
    ['https://shop.example/#done', false],
  ])('is taken: %s', (url, isHttpsOnly) => {
    expect(faultOfReturnUrl(url, isHttpsOnly)).toBeUndefined();
  });

  it.each([
    ['', 'required'],
    ['shop.example/done', 'absolute'],
    ['/done', 'absolute'],
    ['//shop.example/done', 'absolute'],
    ['javascript:alert(1)', 'absolute'],
    ['https:shop.example', 'absolute'],
    ['data:text/html,hello', 'absolute'],
    ['https://', 'absolute'],
    ['https://me:secret@shop.example/', 'user name'],
    ['https://shop.example/\nX-Header: 1', 'control characters'],
    ['java\tscript:alert(1)', 'control characters'],
  ])('is refused: %j', (url, words) => {
    expect(faultOfReturnUrl(url, false)).toContain(words);
  });

  it('is encrypted where cards are real', () => {
    expect(faultOfReturnUrl('http://shop.example/', true)).toContain('https://');
    expect(() => returnUrls({ success_url: 'http://a.example', cancel_url: 'https://a.example' }, true)).toThrow(
      'success_url',
    );
  });
});
