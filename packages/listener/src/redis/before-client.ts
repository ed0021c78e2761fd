import type { Redis } from 'ioredis';

/**
 * Reads what comes over a connection of a client before the client does.
 * @param stream the connection that the client has now, {@link Redis.stream}
 * @param take gets each chunk, and a way to hand bytes on to the client
 */
export function readBeforeClient(
  stream: Redis['stream'],
  take: (chunk: Buffer, client: (bytes: Buffer) => void) => void,
): void {
  // The client's parser is the first; what comes after it watches whether anything comes at all.
  const [parse] = stream.listeners('data') as ((chunk: Buffer) => void)[];
  if (parse === undefined) throw new Error('the client reads its connection in another way than it used to');
  const client = (bytes: Buffer): void => parse.call(stream, bytes);
  stream.removeListener('data', parse);
  stream.prependListener('data', (chunk: Buffer) => take(chunk, client));
}
