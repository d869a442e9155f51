import { useEffect } from 'react';
import type { Schemas } from '../session/api';

/** Shows the tenant's colour on buttons and their name in the tab. The service takes no colour that is not seen. */
export function useBrand({ name, accent_color: color }: Schemas['PortalBrandDto']): void {
  useEffect(() => {
    document.title = `Your credits · ${name}`;
    if (color === '') return;
    const { style } = document.documentElement;
    style.setProperty('--button', color);
    style.setProperty('--on-button', isLight(color) ? '#000000' : '#ffffff');
  }, [name, color]);
}

/** Whether black is read better on it than white, by WCAG's luminance. */
function isLight(color: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.1791;
}
