import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  samples: number[];
  /** µs before each sample. */
  timeDeltas: number[];
  /** µs of the monotonic clock. */
  startTime: number;
}

/** Between two instants of the monotonic clock, µs. */
interface Window {
  from: number;
  to: number;
}

/** Of each table. */
const ROWS = 60;
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(root)']);

/** The profile that a process has left in a folder. */
export function profileOf(folder: string, pid: number): string {
  const name = readdirSync(folder).find(
    (file) => file.endsWith('.cpuprofile') && file.split('.').includes(String(pid)),
  );
  if (name === undefined) throw new Error(`process ${pid} has left no profile in ${folder}`);
  return join(folder, name);
}

/**
 * Where the processor time of a CPU profile went while a case was measured: by package and by function, what it took
 * itself, and of functions also what they called.
 */
export function summaryOf(file: string, window: Window): string {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const selfUs = timeOfNodes(profile, window);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const busyUs = [...selfUs].reduce((sum, [id, us]) => (IDLE.has(nameOf(id)) ? sum : sum + us), 0);
  const sums = { packageSelf: new Map(), packageAll: new Map(), self: new Map(), all: new Map() } satisfies Sums;

  function nameOf(id: number): string {
    return nodes.get(id)?.callFrame.functionName ?? '';
  }
  /** Depth first, with who is on the stack: what calls itself counts once. @returns µs with what it calls */
  function walk(id: number, callers: ReadonlySet<string>): number {
    const node = nodes.get(id);
    if (!node) return 0;
    const [place, home] = [placeOf(node.callFrame), packageOf(node.callFrame)];
    const self = IDLE.has(node.callFrame.functionName) ? 0 : (selfUs.get(id) ?? 0);
    const inside = new Set([...callers, place, home]);
    const all = (node.children ?? []).reduce((sum, child) => sum + walk(child, inside), self);
    add(sums.packageSelf, home, self);
    add(sums.self, place, self);
    if (!callers.has(home)) add(sums.packageAll, home, all);
    if (!callers.has(place)) add(sums.all, place, all);
    return all;
  }
  walk(profile.nodes[0]?.id ?? 0, new Set());
  const table = (title: string, times: Map<string, number>): string =>
    [title, ...inOrder(times).map(([name, us]) => `${((us / busyUs) * 100).toFixed(1).padStart(5)} %  ${name}`)].join(
      '\n',
    );
  return [
    `busy ${(busyUs / 1e6).toFixed(1)} s`,
    table('by package, itself', sums.packageSelf),
    table('by package, with what it calls', sums.packageAll),
    table('by function, itself', sums.self),
    table('by function, with what it calls', sums.all),
  ].join('\n\n');
}

type Sums = Record<string, Map<string, number>>;

function add(sums: Map<string, number>, key: string, us: number): void {
  sums.set(key, (sums.get(key) ?? 0) + us);
}

function inOrder(sums: Map<string, number>): [string, number][] {
  return [...sums].sort((one, other) => other[1] - one[1]).slice(0, ROWS);
}

function timeOfNodes({ samples, timeDeltas, startTime }: Profile, window: Window): Map<number, number> {
  const sums = new Map<number, number>();
  let at = startTime;
  samples.forEach((id, index) => {
    const us = timeDeltas[index] ?? 0;
    at += us;
    if (at >= window.from && at <= window.to) sums.set(id, (sums.get(id) ?? 0) + us);
  });
  return sums;
}

function packageOf({ url, functionName }: { url: string; functionName: string }): string {
  if (url.startsWith('node:')) return url.split('/')[0] ?? url;
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url)?.[1];
  if (name) return name;
  const room = /\/dist\/(\w+)/.exec(url)?.[1];
  return room ? `refill ${room}` : url || functionName;
}

function placeOf({ functionName, url, lineNumber }: { functionName: string; url: string; lineNumber: number }): string {
  const file = url.replace(/^.*node_modules\//, '').replace(/^.*\/dist\//, 'refill ');
  return `${functionName || '(anonymous)'}  ${file}${url ? `:${lineNumber + 1}` : ''}`;
}
