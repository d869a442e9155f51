import type { FieldErrors } from '../shared/errors.js';
import type { PortalSettingDto } from './setting-values.dto.js';

/** Backgrounds of the pages, light and dark, that a button has to stand out from. */
const GROUNDS = ['#ffffff', '#0d1117'];
/** WCAG 2.2, 1.4.11: of what is not text. Text on a button is black or white, whichever is read better: 4.5 at least. */
const LEAST_CONTRAST = 3;
const LOGO = /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z\d+/]+={0,2}$/;
const LOCAL = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/;
const MAX_SPEND_MINOR = 2_000_000_000;

/** Why how the portal is to look is refused, by the field; undefined where it is not. */
export function checkPortal(value: PortalSettingDto): FieldErrors | undefined {
  const { accent_color: color, logo, allowed_origins: origins, spend_per_day_minor: spend } = value;
  const colorFault = color === '' ? undefined : faultOfColor(color);
  if (colorFault) return { accent_color: [colorFault] };
  if (logo !== '' && !LOGO.test(logo)) return { logo: ['must be a data: URL of a PNG, JPEG, WebP or SVG in base64'] };
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) return { allowed_origins: ['must be origins like https://app.acme.example, with no path'] };
  for (const [currency, minor] of Object.entries(spend)) {
    if (!/^[a-z]{3}$/.test(currency)) {
      return { spend_per_day_minor: ['must be by currencies of three lower-case letters'] };
    }
    const isRight = Number.isSafeInteger(minor) && minor >= 0 && minor <= MAX_SPEND_MINOR;
    if (!isRight)
      return { spend_per_day_minor: { [currency]: [`must be a whole number from 0 to ${MAX_SPEND_MINOR}`] } };
  }
  return undefined;
}

function faultOfColor(color: string): string | undefined {
  if (!/^#[\da-f]{6}$/i.test(color)) return 'must be a colour like #1a7f5a';
  const isSeen = GROUNDS.every((ground) => contrastOf(color, ground) >= LEAST_CONTRAST);
  return isSeen ? undefined : 'must have a contrast of at least 3 with a white page and with a dark one (#0d1117)';
}

/** From 1 to 21, as WCAG counts it. */
export function contrastOf(one: string, other: string): number {
  const [dark, light] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Nothing that a policy would read as more than one origin: no path, no wildcard, no space. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || new URL(text).origin !== text || text.includes('*')) return false;
  return text.startsWith('https://') || LOCAL.test(text);
}
