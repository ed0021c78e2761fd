import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { readFlags } from '@taskwire/test-harness';
import { PRODUCT } from '../bed.ts';
import { examineDelivery } from './delivery.ts';
import { examineRecovery } from './recovery.ts';
import type { Examination, Examine, Length, Outcome } from './requirement.ts';
import { examineSoak } from './soak.ts';
import { createThroughputExamination, examineLatency, examineScale } from './speed.ts';

/**
 * `npm run acceptance -- [--full] [--hours N] [--folder F] [part …]`: measures every requirement on real servers, prints
 * the table, writes it with charts to a folder, and ends with exit code 1 where one is not met.
 */
const { values: flags, positionals } = readFlags({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    hours: { type: 'string', default: '4' },
    folder: { type: 'string', default: 'acceptance-report' },
  },
});

const throughput = createThroughputExamination();
const STEPS: readonly (readonly [part: string, Examine])[] = [
  ['throughput', throughput.measureRound],
  ['latency', examineLatency],
  ['throughput', throughput.measureRound],
  ['scale', examineScale],
  ['recovery', examineRecovery],
  ['throughput', throughput.measureRound],
  ['throughput', async () => throughput.conclude()],
  ['delivery', examineDelivery],
  ['soak', examineSoak],
];
const PARTS = new Set(STEPS.map(([part]) => part));
const length: Length = flags.full
  ? { storms: 40, soakSeconds: Number(flags.hours) * 3_600, scale: 1 }
  : { storms: 3, soakSeconds: 60, scale: 1 };

const unknown = positionals.filter((name) => !PARTS.has(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; expected of ${[...PARTS].join(', ')}`);
  process.exit(2);
}

const begun = performance.now();
const load = loadavg()[0] ?? 0;
const examinations: Examination[] = [];
for (const [name, examine] of STEPS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  examinations.push(await examine(length).catch((error: unknown) => failed(name, error)));
}
const outcomes = examinations.flatMap((each) => each.outcomes);
const charts = examinations.flatMap((each) => each.charts);
const surroundings = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'} for publishers, Redis, PostgreSQL and listener together; product: ${PRODUCT}; load of the machine before: ${load.toFixed(1)}; ${Math.round((performance.now() - begun) / 1000)} s`;

for (const { passed, requirement, bar, measured } of outcomes)
  console.log(`${passed ? 'pass' : 'FAIL'}  ${requirement}: ${measured} (${bar})`);
console.log(surroundings);
mkdirSync(flags.folder, { recursive: true });
for (const { name, svg } of charts) writeFileSync(path.join(flags.folder, `${name}.svg`), svg);
writeFileSync(path.join(flags.folder, 'report.md'), report());
console.log(`report: ${path.join(flags.folder, 'report.md')}`);
process.exitCode = outcomes.length > 0 && outcomes.every(({ passed }) => passed) ? 0 : 1;

/** The other parts are still worth measuring. */
function failed(name: string, error: unknown): Examination {
  const message = error instanceof Error ? error.message : String(error);
  const outcome = { requirement: name, asked: '', bar: 'is measured', measured: message, passed: false };
  return { outcomes: [outcome], charts: [] };
}

function report(): string {
  const row = ({ requirement, asked, bar, measured, passed }: Outcome) =>
    `| ${[requirement, asked, bar, measured, passed ? 'pass' : '**fail**'].map(inCell).join(' | ')} |`;
  return `# Acceptance

${surroundings}

| | required | our bar | measured | |
|---|---|---|---|---|
${outcomes.map(row).join('\n')}

${charts.map(({ name, title }) => `![${title}](${name}.svg)`).join('\n\n')}
`;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
