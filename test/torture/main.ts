import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileService } from '../support/compile-service.js';
import { type Aims, BREAK, LONG, type RunOptions, SHORT } from './options.js';
import { plant, PLANTED_FAULTS, type PlantedFault, plantedFault } from './planted-faults.js';
import { found, missed, table } from './report.js';
import { type RunReport, TortureRun } from './run.js';

const DOCS = 'docs/torture.md';
const BEGIN = '<!-- made by `npm run torture -- --breaks` -->';
const END = '<!-- end -->';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    break: { type: 'string' },
    breaks: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes ?? LONG.loadMs / 60_000);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);

if (values.breaks) process.exitCode = await everyBreak();
else if (values.break !== undefined) process.exitCode = (await broken(plantedFault(values.break))).code;
else process.exitCode = await whole(values.short ? SHORT : { ...LONG, loadMs: minutes * 60_000 });
process.exit();

async function run(options: Omit<RunOptions, 'seed'>, planted?: PlantedFault): Promise<RunReport> {
  const change = (file: string, source: string) => (planted ? plant(planted, file, source) : source);
  const service = await compileService(change);
  process.env['REFILL_TEST_SERVICE'] = service;
  try {
    return await TortureRun.run({ ...options, seed, tell }, planted);
  } finally {
    rmSync(service, { recursive: true, force: true });
  }
}

function tell(reached: Aims): void {
  console.log(
    Object.entries(reached)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  );
}

/** @returns the exit code: 1 where something was found, 2 where too little was done to say */
async function whole(options: Omit<RunOptions, 'seed'>): Promise<number> {
  const report = await run(options);
  console.log(`seed ${seed}\n\n${table(report)}\n`);
  if (found(report).length > 0) {
    console.log('RED');
    return 1;
  }
  const tooFew = missed(report, options.least);
  const short = missed(report, options.aims);
  if (tooFew.length > 0) console.log(`too little was done to say: ${tooFew.join(', ')}`);
  else console.log(short.length > 0 ? `green, with less time than it takes for all: ${short.join(', ')}` : 'green');
  return tooFew.length > 0 ? 2 : 0;
}

/**
 * Red is what is wanted here, and said with 1 as ever.
 * @throws where the run itself failed: that is no finding
 */
async function broken(planted: PlantedFault): Promise<{ code: number; row: string }> {
  const outcome = found(await run(BREAK, planted)).map(([name, cases]) => `${name} (${cases.length})`);
  const isRed = outcome.length > 0;
  console.log(`seed ${seed}, ${planted.name}: ${isRed ? `RED: ${outcome.join(', ')}` : 'green, though it is broken'}`);
  const says = isRed ? outcome.join(', ') : '**nothing**';
  return { code: isRed ? 1 : 0, row: `| \`${planted.name}\` | ${planted.about} | ${says} |` };
}

async function everyBreak(): Promise<number> {
  const rows: string[] = [];
  let unseen = 0;
  for (const planted of PLANTED_FAULTS) {
    const { code, row } = await broken(planted);
    rows.push(row);
    writeTable(rows);
    if (code === 0) unseen += 1;
  }
  console.log(`${PLANTED_FAULTS.length - unseen} of ${PLANTED_FAULTS.length} were seen; the table is in ${DOCS}`);
  return unseen > 0 ? 1 : 0;
}

function writeTable(rows: readonly string[]): void {
  const [before = '', rest = ''] = readFileSync(DOCS, 'utf8').split(BEGIN);
  const head = `| Fault | What is wrong | What goes red (cases) |\n| --- | --- | --- |`;
  const after = rest.slice(rest.indexOf(END));
  writeFileSync(DOCS, `${before}${BEGIN}\n\nSeed ${seed}.\n\n${head}\n${rows.join('\n')}\n\n${after}`);
}
