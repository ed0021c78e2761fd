import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failOnLeaks, freshDatabaseUrl } from '@taskwire/test-harness';
import fc from 'fast-check';
import { Column, type ColumnType } from './column.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

failOnLeaks();

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  uuid: 'uuid',
  bytea: 'bytea',
  smallint: 'smallint',
  integer: 'integer',
  bigint: 'bigint',
  time: 'timestamptz',
  double: 'double precision',
  boolean: 'boolean',
};

const YEAR_2000_US = Date.UTC(2000, 0, 1) * 1000;
const LATEST_US = Date.UTC(2255, 0, 1) * 1000 - 1;

const hex = (lengthMax: number) =>
  fc.uint8Array({ maxLength: lengthMax }).map((bytes) => Buffer.from(bytes).toString('hex'));
const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<string | number | boolean>>> = {
  text: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replaceAll('\u0000', '').toWellFormed()),
    fc.constantFrom(
      '',
      'NULL',
      '{}',
      '"',
      '\\',
      ',',
      'a'.repeat(4_096),
      'a'.repeat(4_097),
      `${'a'.repeat(4_095)}ä`,
    ),
    fc.constantFrom('x'.repeat(70_000), 'y'.repeat(300_000)),
  ),
  uuid: fc.uuid(),
  bytea: hex(40),
  smallint: fc.integer({ min: -32_768, max: 32_767 }),
  integer: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  bigint: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 32 - 1, -(2 ** 32), -1)),
  time: fc.oneof(
    fc.integer({ min: 0, max: LATEST_US }),
    fc.constantFrom(0, 1, YEAR_2000_US - 1, YEAR_2000_US, YEAR_2000_US + 1, LATEST_US),
  ),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
};

/** As the generator has it. */
const SHOWN: Readonly<Partial<Record<ColumnType, string>>> = {
  bytea: "encode(value, 'hex')",
  time: '(extract(epoch FROM value) * 1000000)::bigint::text',
};

/** What the database made of it, as text. */
async function received(database: Database, column: Column): Promise<readonly (string | null)[]> {
  const sqlType = SQL_TYPES[column.type];
  const shown = SHOWN[column.type] ?? 'value::text';
  const sql = `SELECT ${shown} AS shown FROM unnest($1::${sqlType}[]) WITH ORDINALITY AS v (value, place) ORDER BY place`;
  const rows = await database.query<{ readonly shown: string | null }>({ name: `show_${column.type}`, sql }, [
    column,
  ]);
  return rows.map((row) => row.shown);
}

const same = (sent: string | number | boolean | null, got: string | null): boolean => {
  if (sent === null || got === null) return sent === got;
  return typeof sent === 'number' ? Number(got) === sent : got === String(sent);
};

for (const [kind, open, numRuns] of [
  ['PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }), 200],
  ['PGlite', openPglite, 40],
] as const) {
  test(`${kind} gets every column as it was`, { timeout: 120_000 }, async () => {
    await using database = await open();
    for (const type of Object.keys(SQL_TYPES) as ColumnType[]) {
      const some = fc.array(fc.option(VALUES[type], { nil: null, freq: 4 }), { maxLength: 12 });
      // Strings are written many at a time; with these there are more of them, or just as many.
      const values = fc
        .tuple(some, fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.constantFrom(128 / 12, 11)))
        .map(([few, times]) =>
          Array.from({ length: Math.ceil(few.length * times) }, (_, i) => few[i % few.length] ?? null),
        );
      await fc.assert(
        fc.asyncProperty(values, async (sent) => {
          // The generator knows what belongs to which type, the compiler does not.
          const column = Column.of(type, sent, (value) => value as never);
          const got = await received(database, column);
          if (sent.every((value) => value === null)) return assert.deepEqual(got, []);
          assert.equal(got.length, sent.length);
          for (const [index, value] of sent.entries())
            assert.ok(same(value, got[index] ?? null), `${type}: ${value} came as ${got[index]}`);
        }),
        { numRuns },
      );
    }
  });
}
