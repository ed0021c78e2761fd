import { TaskwireError } from '@taskwire/protocol';

/**
 * The place after which a page begins, opaque to clients: what it holds can change without anybody noticing.
 * @param place the values that rows are sorted by, of the last row of the page before
 */
export const encodeCursor = (place: readonly string[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws TaskwireError `request_invalid` where it is none that {@link encodeCursor} made with as many values */
export function decodeCursor(cursor: string, values: number): readonly string[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(place) &&
      place.length === values &&
      place.every((value) => typeof value === 'string')
    ) {
      return place;
    }
  } catch {
    // Said below.
  }
  throw noCursor();
}

export const noCursor = (): TaskwireError =>
  new TaskwireError('request_invalid', 'cursor: expected next_cursor of the page before');
