/** Where a database is, without who asks and their password: fit for logs, errors and files. */
export function placeOf(databaseUrl: string): { host: string; name: string } {
  const url = new URL(databaseUrl);
  const host = url.searchParams.get('host') ?? (url.hostname || 'localhost');
  return { host: `${host}:${url.port || '5432'}`, name: nameOf(url) };
}

/**
 * The address with a password of its own, which may hold any character: in an address `@ / # ? % :` mean something else.
 * @param password undefined leaves the address as it is
 */
export function withPassword(databaseUrl: string, password: string | undefined): string {
  if (password === undefined) return databaseUrl;
  const url = new URL(databaseUrl);
  url.password = encodeURIComponent(password);
  return url.toString();
}

/** Whether it can be read, and names a database. A password with characters that are not encoded is the usual reason not to. */
export function isDatabaseAddress(value: unknown): boolean {
  if (typeof value !== 'string' || !/^postgres(ql)?:\/\/\S+$/.test(value) || !URL.canParse(value)) return false;
  try {
    const url = new URL(value);
    decodeURIComponent(url.username + url.password);
    return nameOf(url) !== '' && !nameOf(url).includes('/') && url.hash === '';
  } catch {
    return false;
  }
}

function nameOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1));
}
