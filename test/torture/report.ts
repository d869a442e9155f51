import type { Aims } from './options.js';
import type { RunReport } from './run.js';

/** Names of what was found, with how often, those that were found first. */
export function found({ findings }: RunReport): [name: string, cases: string[]][] {
  return Object.entries(findings).filter(([, cases]) => cases.length > 0);
}

/** Aims that a run has not reached. */
export function missed({ figures }: RunReport, aims: Aims): string[] {
  const names = Object.keys(aims) as (keyof Aims)[];
  return names.filter((name) => figures[name] < aims[name]).map((name) => `${name}: ${figures[name]} of ${aims[name]}`);
}

/** Two tables: what was done, and what was found. */
export function table(report: RunReport): string {
  const figures = Object.entries(report.figures).map(([name, value]) => line(name, value));
  const findings = Object.entries(report.findings).map(([name, cases]) => line(name, cases.length));
  const examples = found(report).map(
    ([name, cases]) =>
      `${name}:\n${cases
        .slice(0, 3)
        .map((one) => `  ${one}`)
        .join('\n')}`,
  );
  return [...figures, '', ...findings, ...(examples.length > 0 ? ['', ...examples] : [])].join('\n');
}

function line(name: string, value: number): string {
  return `${String(value).padStart(8)}  ${name}`;
}
