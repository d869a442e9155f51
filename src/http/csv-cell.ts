/** Cells that a spreadsheet would run: also with the full-width signs, which Excel takes for the plain ones. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Text that a spreadsheet shows instead of running it: what looks like a formula gets an apostrophe in front. */
export function neutralised(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
