import { keep, kept } from './kept';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What was chosen; the system's where nothing was. */
export function chosenTheme(): Theme {
  const theme = kept('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Shows it from now on, here and at the next visit. */
export function chooseTheme(theme: Theme): void {
  keep('theme', theme === 'system' ? null : theme);
  showTheme(theme);
}

/** On the root, where the colours are chosen by `color-scheme`; charts draw themselves anew. */
export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  window.dispatchEvent(new Event('themechange'));
}
