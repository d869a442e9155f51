/** The SQLSTATE that the database answered with, or what the network said (`ECONNRESET`); empty when it is neither. */
export function sqlStateOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
