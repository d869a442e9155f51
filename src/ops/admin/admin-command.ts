import type { INestApplicationContext } from '@nestjs/common';
import type { ParseArgsConfig } from 'node:util';

/** What a command is given. */
export interface AdminCall {
  /** The service, without a port, on its database. */
  app: INestApplicationContext;
  /** As many as the command has parameters. */
  parameters: string[];
  options: Record<string, unknown>;
  /** The first line of standard input, without its end. */
  readLine: () => Promise<string>;
}

/**
 * One thing that the operator does, without SQL and without a key. It holds no rule: it calls the service that does. One
 * that is new is a file of its own and a line in `admin-commands.ts`.
 */
export interface AdminCommand {
  name: string;
  /** Their names, as the usage shows them. All are required. */
  parameters: string[];
  options?: NonNullable<ParseArgsConfig['options']>;
  /** One line for the usage. */
  words: string;
  /** @returns what to print. What it throws is printed, and ends the command with 1. */
  run: (call: AdminCall) => Promise<string>;
}
