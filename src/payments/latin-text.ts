/** What the standard PDF fonts can show beyond ISO 8859-1: Windows-1252. */
const WINDOWS_1252 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
/** Letters that have no accent to be left out. */
const LETTERS: Readonly<Record<string, string>> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i', ħ: 'h', Ħ: 'H' };

/**
 * Text as the standard PDF fonts can show it: letters lose accents that those fonts lack (`ő` is `o`), and what has no
 * Latin letter at all (Greek, Cyrillic, Chinese) is `?`. Other scripts need a font of their own.
 */
export function toLatinText(text: string): string {
  return [...text.normalize('NFC')].map(toLatin).join('');
}

function toLatin(character: string): string {
  if (isShown(character)) return character;
  if (/\s/.test(character)) return ' ';
  const letter = LETTERS[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '');
  return letter !== '' && [...letter].every(isShown) ? letter : '?';
}

function isShown(character: string): boolean {
  return /^[\x20-\x7e\xa0-\xff]$/.test(character) || WINDOWS_1252.includes(character);
}
