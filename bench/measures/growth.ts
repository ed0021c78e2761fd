import { createTaskStatusService, migrate, openPostgres } from '@taskwire/listener';
import { prepareBed } from '../bed.ts';
import { benchEvents } from '../bench-events.ts';
import { type Measure, scaled } from '../figure.ts';
import { median } from '../statistics.ts';

const BATCH_EVENTS = 1_000;
const SAMPLES = 20;

/** Whether the cost of an event grows with the tables: the same batches into a history of 10,000 and of 1,000,000. */
export const growth: Measure = {
  name: 'growth',
  about: 'the cost of an event at 1,000,000 rows of history, against that at 10,000',
  run: async (scale) => {
    await using bed = await prepareBed();
    const database = openPostgres({ url: bed.databaseUrl });
    try {
      await migrate(database);
      const service = createTaskStatusService(database);
      await service.maintain();
      let published = 0;
      const write = async (): Promise<number> => {
        const events = benchEvents(published, BATCH_EVENTS);
        published += BATCH_EVENTS;
        const begun = performance.now();
        await service.apply({ events, deadLetters: [] });
        return (performance.now() - begun) / BATCH_EVENTS;
      };
      const fillTo = async (rows: number): Promise<void> => {
        while (published < rows) await Promise.all([write(), write()]);
      };
      const cost = async (): Promise<number> => {
        const samples: number[] = [];
        for (let sample = 0; sample < SAMPLES; sample++) samples.push(await write());
        return median(samples) * 1000;
      };
      await fillTo(10_000);
      const few = await cost();
      await fillTo(scaled(1_000_000, scale, 20_000));
      // Full-page images of a checkpoint befall either of the two alike, or neither.
      await bed.postgres.query('CHECKPOINT');
      await fillTo(published + 10 * BATCH_EVENTS);
      const manyRows = await cost();
      return [
        { name: 'many rows', unit: 'µs an event', value: manyRows, comparedWith: 'few rows' },
        { name: 'few rows', unit: 'µs an event', value: few },
        { name: 'rows', unit: '', value: published },
      ];
    } finally {
      await database.close();
    }
  },
};
