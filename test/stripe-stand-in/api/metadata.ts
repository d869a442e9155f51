/** What metadata are after a request: new keys added, those with an empty text removed, all removed by null. */
export function mergeMetadata(
  before: Record<string, string> | null,
  change: Record<string, string | number | null> | '' | null | undefined,
): Record<string, string> {
  if (change === undefined) return before ?? {};
  if (change === null || change === '') return {};
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== '' && value !== null);
  return Object.fromEntries(merged.map(([key, value]) => [key, String(value)]));
}
