const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => NAMES[letter] as string);
}

/** A page of the stand-in's, readable on a phone. @param body HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 26rem; padding: 0 1rem; color: #1a1f36; }
.test { background: #ffde92; border-radius: 4px; display: inline-block; font-size: 12px; font-weight: 700; padding: 0 6px; }
label { display: block; margin: 12px 0; } input:not([type=checkbox]) { box-sizing: border-box; font: inherit; padding: 8px; width: 100%; }
button { background: #0a5; border: 0; border-radius: 6px; color: #fff; font: inherit; font-weight: 600; padding: 10px 16px; }
button.plain { background: #667; } .error { color: #b3093c; } form { display: inline; }
</style>
</head>
<body>
<p class="test">STRIPE STAND-IN, NO MONEY MOVES</p>
${body}
</body>
</html>
`;
}
