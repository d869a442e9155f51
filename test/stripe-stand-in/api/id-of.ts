/** The id of what a property points to. The books keep ids only; the package's types allow whole objects too. */
export function idOf(reference: string | { id: string } | null | undefined): string {
  return typeof reference === 'string' ? reference : (reference?.id ?? '');
}
