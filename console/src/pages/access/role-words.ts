import type { Schemas } from '../../session/api';

export type Role = Schemas['TenantUserDto']['role'];

/** What each role may do. */
export const ROLES = [
  ['owner', 'Owner: everything'],
  ['finance', 'Finance: sees everything, moves credits and money'],
  ['read_only', 'Read only: sees everything, changes nothing'],
] as const satisfies readonly (readonly [Role, string])[];

export function roleName(role: Role): string {
  return role.replaceAll('_', ' ');
}
