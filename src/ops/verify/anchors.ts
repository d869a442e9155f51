import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { SecretBox } from '../../settings/secret-box.js';
import { encodeTime } from 'ulid';

const PURPOSE = 'ledger anchor';
const UNSIGNED = 'none';
/** Wallets that are read at once. */
const PAGE = 500;
const DAY_MS = 86_400_000;
const LINE =
  /^refill-anchor 1 (?<day>\d{4}-\d{2}-\d{2}) wallets=(?<wallets>\d+) entries=(?<entries>\d+) root=(?<root>[0-9a-f]{64}) signature=(?<signature>[\w-]+)$/;

/** The ledger as it stood at the end of a day (UTC): what is in it later must not change it. */
export interface Anchor {
  /** `2026-11-21` */
  day: string;
  /** Those with entries. */
  wallets: number;
  entries: number;
  /** SHA-256 over the last hash of every wallet, in the order of their ids: hex. */
  root: string;
}

/**
 * Computed hours after the day, when nothing of it is under way any more. An entry belongs to the day that its id was made
 * on: an expiry that is booked late is dated before. So a chain that was cut off at its end, or made anew from some entry
 * on, which both hold in themselves, shows.
 * @param pause waited for between two pages; what it throws ends the work
 */
export async function readAnchor(em: EntityManager, day: string, pause = noPause): Promise<Anchor> {
  const end = `wtxn_${encodeTime(Date.parse(`${day}T00:00:00Z`) + DAY_MS)}`;
  const root = createHash('sha256');
  const anchor = { day, wallets: 0, entries: 0 };
  let after = '';
  for (;;) {
    const rows = await em.execute<{ id: string; sequence: number; hash: string }[]>(
      `select w.id, e.sequence, e.hash from wallet w
       join entry e on e.shard = w.shard and e.wallet_id = w.id and e.sequence = (
         select max(sequence) from entry where shard = w.shard and wallet_id = w.id and id collate "C" < ?)
       where w.id > ? order by w.id limit ${PAGE}`,
      [end, after],
    );
    for (const { id, sequence, hash } of rows) {
      root.update(`${id} ${sequence} ${hash}\n`);
      anchor.wallets += 1;
      anchor.entries += sequence;
      after = id;
    }
    if (rows.length < PAGE) return { ...anchor, root: root.digest('hex') };
    await pause();
  }
}

/** One line, to be kept where nobody who can write to the database can. Signed where there is a key. */
export function anchorLine(anchor: Anchor, box: SecretBox): string {
  const text = textOf(anchor);
  return `${text} signature=${box.canSeal ? box.sign(text, PURPOSE) : UNSIGNED}`;
}

/** Whether a line was made where there was no key: it is worth what the place is worth that it was kept in. */
export function isUnsigned(line: string): boolean {
  return LINE.exec(line)?.groups?.['signature'] === UNSIGNED;
}

/**
 * Whether the ledger still has in it what a line says.
 * @returns what is wrong, in a sentence; undefined where nothing is
 */
export async function checkAnchor(
  em: EntityManager,
  line: string,
  box: SecretBox,
  pause = noPause,
): Promise<string | undefined> {
  const kept = LINE.exec(line)?.groups as
    Record<'day' | 'wallets' | 'entries' | 'root' | 'signature', string> | undefined;
  if (!kept) return `is not an anchor: ${line.slice(0, 100)}`;
  const { day, wallets, entries, root, signature } = kept;
  const text = textOf({ day, wallets: Number(wallets), entries: Number(entries), root });
  if (signature !== UNSIGNED && !box.isSigned(text, PURPOSE, signature)) {
    return `${day}: the line is not signed with this ENCRYPTION_KEY`;
  }
  const now = await readAnchor(em, day, pause);
  if (now.root === root) return undefined;
  return `${day}: the ledger had ${entries} entries in ${wallets} wallets, and now has ${now.entries} in ${now.wallets} of that day, or others`;
}

async function noPause(): Promise<void> {}

function textOf({ day, wallets, entries, root }: Anchor): string {
  return `refill-anchor 1 ${day} wallets=${wallets} entries=${entries} root=${root}`;
}
