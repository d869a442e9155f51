import { useState } from 'react';
import { chooseTheme, chosenTheme, type Theme, THEMES } from '../session/theme';

/** Light, dark, or what the system has. */
export function ThemeSelect() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <select
      aria-label="Colours"
      value={theme}
      onChange={(event) => {
        const chosen = event.target.value as Theme;
        chooseTheme(chosen);
        setTheme(chosen);
      }}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {one === 'system' ? 'System colours' : one === 'dark' ? 'Dark' : 'Light'}
        </option>
      ))}
    </select>
  );
}
