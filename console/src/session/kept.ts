/** What the browser keeps for us between visits: how things look, never a key or a token. A browser may keep nothing. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`refill:${name}`);
  } catch {
    return null;
  }
}

/** @param value null takes it away */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`refill:${name}`);
    else localStorage.setItem(`refill:${name}`, value);
  } catch {
    // Then it is asked for, or chosen, anew.
  }
}
