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
  readonly double: number;
  readonly boolean: boolean;
}

/**
 * One field of all rows of a batch, as one parameter: an array to the database. A database is handed it in the form that
 * costs its driver and its server least (see `binary-array.ts` and `array-literal.ts`).
 */
export class Column {
  readonly type: ColumnType;
  readonly values: readonly (string | number | boolean | null)[];
  readonly hasNulls: boolean;
  /** Nothing but NULL: sent as an empty array, which unnest() beside longer ones fills up with NULL. */
  readonly isEmpty: boolean;

  private constructor(type: ColumnType, values: Column['values'], nulls: number) {
    this.type = type;
    this.values = values;
    this.hasNulls = nulls > 0;
    this.isEmpty = nulls === values.length;
  }

  /** @param pick the value of one row */
  static of<Type extends ColumnType, Row>(
    type: Type,
    rows: readonly Row[],
    pick: (row: Row) => ColumnValues[Type] | null,
  ): Column {
    const values = rows.map(pick);
    let nulls = 0;
    // By index, here and wherever each field of each event is looked at: an iterator makes an object at each step.
    for (let i = 0; i < values.length; i++) if (values[i] === null) nulls++;
    return new Column(type, values, nulls);
  }
}
