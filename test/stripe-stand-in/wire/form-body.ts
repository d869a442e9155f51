/** What a form says: texts, and tables of them (`a[b]=c`); lists are tables with the keys 0, 1, 2. */
export type RawValue = string | RawTable;
export interface RawTable {
  [key: string]: RawValue;
}

/**
 * Reads a form-encoded body or query in which brackets make tables.
 * @throws {SyntaxError} where a key is a text in one place and a table in another.
 */
export function parseForm(text: string): RawTable {
  const root = emptyTable();
  for (const [key, value] of new URLSearchParams(text)) put(root, pathOf(key), value, key);
  return root;
}

export function emptyTable(): RawTable {
  // No prototype, so that `__proto__` is a key like any other.
  return Object.create(null) as RawTable;
}

function pathOf(key: string): string[] {
  const bracket = key.indexOf('[');
  if (bracket < 0) return [key];
  const inner = key.slice(bracket + 1, key.endsWith(']') ? -1 : undefined);
  return [key.slice(0, bracket), ...inner.split('][')];
}

function put(root: RawTable, path: string[], value: string, key: string): void {
  let table = root;
  for (const [depth, part] of path.entries()) {
    const name = part === '' ? String(Object.keys(table).length) : part;
    if (depth === path.length - 1) {
      table[name] = value;
      return;
    }
    const next = (table[name] ??= emptyTable());
    if (typeof next === 'string') throw new SyntaxError(`Invalid parameter ${key}`);
    table = next;
  }
}
