/** Whose rows: every read and write names both. */
export interface Scope {
  tenantId: string;
  environmentId: string;
}

/** Only the scope of something that has one (a caller, a row), for a filter that takes nothing else. */
export function scopeOf({ tenantId, environmentId }: Scope): Scope {
  return { tenantId, environmentId };
}
