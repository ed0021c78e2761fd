/** Types of columns that a batch may have, and what their values are in JavaScript. */
export type ColumnType = keyof ColumnValues;

interface ColumnValues {
  readonly text: string;
  /** As text with its hyphens. */
  readonly uuid: string;
  /** As hexadecimal text. */
  readonly bytea: string;
  readonly smallint: number;
  readonly integer: number;
  readonly bigint: number;
  /** Microseconds since 1970. */
  readonly time: number;
  readonly double: number;
  readonly boolean: boolean;
}

export type ColumnValue = ColumnValues[ColumnType] | null;

/**
 * One field of all rows of a batch, as one parameter: an array to the database. A database is handed it in the form that
 * costs its driver and its server least (see `binary-array.ts` and `array-literal.ts`).
 */
export class Column {
  readonly type: ColumnType;
  readonly rows: readonly unknown[];
  /** The value of one row: asked for when it is written, since values in arrays of their own would be garbage at once. */
  readonly pick: (row: unknown) => ColumnValue;

  private constructor(type: ColumnType, rows: readonly unknown[], pick: Column['pick']) {
    this.type = type;
    this.rows = rows;
    this.pick = pick;
  }

  /** Nothing but NULL: sent as an empty array, which unnest() beside longer ones fills up with NULL. */
  get isEmpty(): boolean {
    return this.rows.every((row) => this.pick(row) === null);
  }

  /** @param pick the value of one row */
  static of<Type extends ColumnType, Row>(
    type: Type,
    rows: readonly Row[],
    pick: (row: Row) => ColumnValues[Type] | null,
  ): Column {
    return new Column(type, rows, pick as Column['pick']);
  }
}
