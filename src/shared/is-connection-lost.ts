import { ConnectionException } from '@mikro-orm/core';
import { sqlStateOf } from './sql-state.js';

/** SQLSTATE classes and codes, and what the network says, of a database that is away, starting, stopping or full. */
const LOST = /^(08...|57P0[1235]|53300|ECONN\w+|EPIPE)$/;
/** The driver's own words where it has no code for it. */
const LOST_IN_WORDS = /Connection terminated|timeout exceeded when trying to connect/;

/**
 * Whether an error says that the connection to the database was lost, or could not be had. What was sent over it may have
 * been committed.
 */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof ConnectionException || LOST.test(sqlStateOf(error)) || LOST_IN_WORDS.test(error.message);
}
