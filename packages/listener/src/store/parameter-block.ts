/**
 * Parameters of a statement as they go to PostgreSQL: each in its binary format, with its length before it. Several
 * hundred kilobytes, which the driver would copy three times if it had them one by one. For PostgreSQL alone.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND
 */
export class ParameterBlock {
  readonly bytes: Buffer;
  readonly count: number;

  constructor(bytes: Buffer, count: number) {
    this.bytes = bytes;
    this.count = count;
  }
}
