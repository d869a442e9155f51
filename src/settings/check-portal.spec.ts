import { checkPortal, contrastOf } from './check-portal.js';
import { PortalSettingDto } from './setting-values.dto.js';

const setting = (change: Partial<PortalSettingDto>) => Object.assign(new PortalSettingDto(), change);
const PNG = 'data:image/png;base64,iVBORw0KGgo=';

describe('the setting portal', () => {
  it.each<[what: string, change: Partial<PortalSettingDto>]>([
    ['nothing', {}],
    ['a colour that is seen on both pages', { accent_color: '#1a7f5a' }],
    ['a logo', { logo: PNG }],
    [
      'origins',
      { allowed_origins: ['https://app.acme.example', 'https://acme.example:8443', 'http://localhost:3001'] },
    ],
    ['what may be spent', { spend_per_day_minor: { usd: 50_000, eur: 0 } }],
  ])('takes %s', (_what, change) => {
    expect(checkPortal(setting(change))).toBeUndefined();
  });

  it.each<[what: string, change: Partial<PortalSettingDto>, field: string]>([
    ['a name of a colour', { accent_color: 'green' }, 'accent_color'],
    ['what is pale on white', { accent_color: '#ffe08a' }, 'accent_color'],
    ['what is lost on the dark page', { accent_color: '#101a60' }, 'accent_color'],
    ['a logo of another host', { logo: 'https://acme.example/logo.png' }, 'logo'],
    ['a logo that is a page', { logo: 'data:text/html;base64,PGI+' }, 'logo'],
    ['a logo that ends its attribute', { logo: `${PNG}"` }, 'logo'],
    ['an origin with a path', { allowed_origins: ['https://acme.example/app'] }, 'allowed_origins'],
    ['all origins', { allowed_origins: ['*'] }, 'allowed_origins'],
    ['any host of a domain', { allowed_origins: ['https://*.acme.example'] }, 'allowed_origins'],
    ['another directive', { allowed_origins: ["https://acme.example; script-src 'unsafe-inline'"] }, 'allowed_origins'],
    ['http', { allowed_origins: ['http://acme.example'] }, 'allowed_origins'],
    ['a host that begins like this one', { allowed_origins: ['http://localhost.acme.example'] }, 'allowed_origins'],
    ['parts of a cent', { spend_per_day_minor: { usd: 1.5 } }, 'spend_per_day_minor'],
    ['less than nothing', { spend_per_day_minor: { usd: -1 } }, 'spend_per_day_minor'],
    ['an unknown currency', { spend_per_day_minor: { dollars: 1 } }, 'spend_per_day_minor'],
  ])('refuses %s', (_what, change, field) => {
    expect(Object.keys(checkPortal(setting(change)) ?? {})).toEqual([field]);
  });

  it('counts contrast as WCAG does', () => {
    expect(contrastOf('#000000', '#ffffff')).toBe(21);
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
  });
});
