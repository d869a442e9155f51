/** Whom a page of ours talks to beside ourselves. */
interface PageHosts {
  scripts: readonly string[];
  connections: readonly string[];
  frames: readonly string[];
}

const NOBODY: PageHosts = { scripts: [], connections: [], frames: [] };

/** What a page may load, talk to and show: its own two elements by their nonce, our own routes, and the hosts that it names. */
export function pagePolicy(nonce: string, { scripts, connections, frames }: PageHosts = NOBODY): string {
  return [
    `default-src 'none'`,
    ['script-src', `'nonce-${nonce}'`, ...scripts].join(' '),
    `style-src 'nonce-${nonce}'`,
    ['connect-src', `'self'`, ...connections].join(' '),
    ...(frames.length > 0 ? [['frame-src', ...frames].join(' ')] : []),
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** How our pages look: a bridge of a minute, in the colours that its reader has chosen. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { font: 17px/1.5 system-ui, sans-serif; margin: 0; padding: 24px 16px; }
main { margin: 8vh auto 0; max-width: 26rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
[role=alert] { border-left: 4px solid #c0392b; padding-left: 12px; }
button { background: #1f6feb; border: 0; border-radius: 8px; color: #fff; font: inherit; font-weight: 600; min-height: 48px; width: 100%; }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
button:disabled { opacity: .6; }
`;
