/** Whether an event's type is among those named: `charge.*` names all that begin so, `*` all. */
export function matchesType(type: string, wanted: readonly string[]): boolean {
  return wanted.some((name) => (name.endsWith('*') ? type.startsWith(name.slice(0, -1)) : type === name));
}
