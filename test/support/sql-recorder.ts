import type { EntityManager } from '@mikro-orm/postgresql';

export interface Statement {
  text: string;
  values: readonly unknown[];
}

interface Compiled {
  sql: string;
  parameters: readonly unknown[];
}
interface QueryRunner {
  executeQuery(query: Compiled, ...rest: unknown[]): Promise<unknown>;
}

/** Runs something, and tells which SQL was sent meanwhile outside of transactions, with its values. */
export async function recordSql(em: EntityManager, run: () => PromiseLike<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const runner = em.getConnection().getClient() as unknown as QueryRunner;
  runner.executeQuery = function (query, ...rest) {
    statements.push({ text: query.sql, values: query.parameters });
    return (Object.getPrototypeOf(runner) as QueryRunner).executeQuery.call(runner, query, ...rest);
  };
  try {
    await run();
  } finally {
    Reflect.deleteProperty(runner, 'executeQuery');
  }
  return statements;
}
