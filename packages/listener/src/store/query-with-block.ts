import pg from 'pg';
import { binaryParameters } from './binary-array.ts';
import type { Statement } from './database.ts';
import type { ParameterBlock } from './parameter-block.ts';

/** What pg's own query wants of the connection that it is prepared on, and what of that is done here. */
interface Connection {
  readonly stream: { write(bytes: Buffer): boolean };
  bind(wish: unknown): void;
}

/** A query of pg, which says itself to the connection what there is to be said. */
interface PreparedQuery {
  prepare(connection: Connection): void;
}

const PgQuery = pg.Query as unknown as new (
  config: { name: string; text: string; values: readonly unknown[] },
  callback: (error: Error | null, result: { readonly rows: readonly unknown[] }) => void,
) => PreparedQuery;

/**
 * The query of pg, but for its parameters: they go to the connection as they are. Everything else, from the preparation of the
 * statement to the errors, is that of pg.
 */
class BlockQuery extends PgQuery {
  readonly #bind: readonly Buffer[];

  constructor(bind: readonly Buffer[], ...given: ConstructorParameters<typeof PgQuery>) {
    super(...given);
    this.#bind = bind;
  }

  override prepare(connection: Connection): void {
    const ours: Connection = Object.create(connection, {
      bind: {
        value: () => {
          for (const bytes of this.#bind) connection.stream.write(bytes);
        },
      },
    });
    super.prepare(ours);
  }
}

/** @param others those behind the block: columns and booleans */
export function queryWithBlock(
  client: pg.ClientBase,
  { name, sql }: Statement,
  block: ParameterBlock,
  others: readonly unknown[],
): Promise<readonly unknown[]> {
  const { values, done } = binaryParameters(others);
  return new Promise((resolve, reject) => {
    const bind = bindMessage(name, block, values as readonly (Buffer | boolean)[]);
    // With values, of whatever number, pg takes it for one that is to be prepared.
    const query = new BlockQuery(bind, { name, text: sql, values: [] }, (error, result) => {
      if (error !== null) return reject(error);
      done();
      resolve(result.rows);
    });
    client.query(query as unknown as pg.Submittable);
  });
}

const BIND = 0x42;
const WORD_BYTES = 4;
/** One format for all: binary. */
const ALL_BINARY = [0, 1, 0, 1];
/** One format for all columns of the result: text. */
const RESULT_AS_TEXT = Buffer.from([0, 1, 0, 0]);

/**
 * The unnamed portal out of this statement.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND
 */
function bindMessage(
  statement: string,
  block: ParameterBlock,
  others: readonly (Buffer | boolean)[],
): readonly Buffer[] {
  const name = Buffer.from(`\0${statement}\0`);
  const last = others.flatMap((value) => {
    const bytes = typeof value === 'boolean' ? Buffer.from([Number(value)]) : value;
    return [word(bytes.length), bytes];
  });
  const tail = Buffer.concat([...last, RESULT_AS_TEXT]);
  const count = Buffer.alloc(2);
  count.writeUInt16BE(block.count + others.length);
  const head = Buffer.concat([name, Buffer.from(ALL_BINARY), count]);
  const length = WORD_BYTES + head.length + block.bytes.length + tail.length;
  return [Buffer.concat([Buffer.from([BIND]), word(length), head]), block.bytes, tail];
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(WORD_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}
