import { cpus } from 'node:os';
import { readFlags, wholeNumberFlag } from '@taskwire/test-harness';
import { PRODUCT } from './bed.ts';
import { MEASURES } from './measures/measures.ts';
import { createRounds } from './rounds.ts';

/**
 * `npm run bench -- [measure …] [--rounds N] [--quick] [--json]`: medians of several rounds, their
 * spread, and ratios within a round.
 */
const { values: flags, positionals } = readFlags({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !MEASURES.some((measure) => measure.name === name));
if (unknown.length > 0) {
  console.error(
    `no such measure: ${unknown.join(', ')}; expected of ${MEASURES.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const QUICK_SCALE = 0.01;
const chosen = MEASURES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const rounds = wholeNumberFlag('rounds', flags.rounds ?? (flags.quick ? '1' : '3'));

const results = createRounds(chosen);
for (let each = 0; each < rounds; each++) {
  await results.measure(flags.quick ? QUICK_SCALE : 1, ({ name }, round) => {
    if (!flags.json) process.stderr.write(`${name} ${round}/${rounds} …\n`);
  });
}

const summary = chosen.map((measure) => {
  const { name, about } = measure;
  return { name, about, figures: results.summaries(measure) };
});
const about = { product: PRODUCT, cores: cpus().length, processor: cpus()[0]?.model ?? '', rounds };
if (flags.json) console.log(JSON.stringify({ ...about, measures: summary }, null, 2));
else print();

function print(): void {
  console.log(
    `Medians of ${rounds} rounds ± half their range; product: ${about.product}; ${about.cores} × ${about.processor}`,
  );
  for (const { name, about: sentence, figures } of summary) {
    console.log(`\n${name}: ${sentence}`);
    for (const figure of figures) {
      const value = figure.median.toLocaleString('en', { maximumSignificantDigits: 3 });
      const ratio =
        figure.ratio === undefined ? '' : `   ${figure.ratio.toFixed(2)} × ${figure.compared_with}`;
      console.log(
        `  ${figure.name.padEnd(30)} ${value.padStart(10)} ${figure.unit.padEnd(20)} ±${(figure.spread * 100).toFixed(0).padStart(3)} %${ratio}`,
      );
    }
  }
}
