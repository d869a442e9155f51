import { setTimeout as wait } from 'node:timers/promises';
import type {
  DifferenceDto,
  DifferenceListDto,
  ReconciliationRunDto,
} from '../../top-ups/reconciliation/reconciliation.dto.js';
import type { ReconciliationDesk } from './desk.js';

const PAGE = 100;
const POLL_MS = 500;

/** A service that runs, over its API. The key says which environment. */
export function openServiceDesk(baseUrl: string, apiKey: string): ReconciliationDesk {
  async function ask<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${baseUrl}/v1/reconciliation${path}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${baseUrl} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer as Answer;
  }

  async function* openDifferences(): AsyncIterable<DifferenceDto[]> {
    for (let offset = 0; ; offset += PAGE) {
      const query = `state=open&order=asc&limit=${PAGE}&offset=${offset}`;
      const { items } = await ask<DifferenceListDto>('GET', `/differences?${query}`);
      yield items;
      if (items.length < PAGE) return;
    }
  }

  return {
    environments: async () => ['of the key'],
    async reconcile(_environmentId, { from, to }) {
      let run = await ask<ReconciliationRunDto>('POST', '/runs', { from, to });
      while (run.status === 'running') {
        await wait(POLL_MS);
        run = await ask<ReconciliationRunDto>('GET', `/runs/${run.id}`);
      }
      return run;
    },
    async repair() {
      const open: DifferenceDto[] = [];
      for await (const page of openDifferences()) open.push(...page.filter(({ repair }) => repair !== 'person'));
      const answers: DifferenceDto[] = [];
      for (const { id } of open) answers.push(await ask<DifferenceDto>('POST', `/differences/${id}/repair`));
      return answers.filter(({ state }) => state === 'repaired').length;
    },
    openDifferences,
    close: async () => undefined,
  };
}
