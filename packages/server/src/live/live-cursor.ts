import type { CommitSnapshot } from '@taskwire/listener';
import { hasSeenAllOf } from './commit-snapshot.ts';

/** Where a reader is: what this snapshot of this feed has seen, it has been told. */
export interface LivePlace {
  readonly feed: string;
  readonly snapshot: CommitSnapshot;
}

/** Whether what was read now tells all that this place has not seen: nothing went back, or is out of sight by now. */
export const goesOn = (place: LivePlace, now: LivePlace & { readonly horizon: CommitSnapshot }): boolean =>
  now.feed === place.feed &&
  hasSeenAllOf(place.snapshot, now.horizon) &&
  hasSeenAllOf(now.snapshot, place.snapshot);

/** With more transactions running than this, all of them and those between are told again: a cursor is a header. */
const RUNNING_MAX = 200;

/** The place as the `id` of an event: opaque to readers, and the same to every replica. */
export function encodeLiveCursor({ feed, snapshot }: LivePlace): string {
  const [first] = snapshot.running;
  const { xmax, running } =
    first !== undefined && snapshot.running.length > RUNNING_MAX ? { xmax: first, running: [] } : snapshot;
  return [feed, toText(xmax), ...running.map((transaction) => toText(xmax - transaction))].join('.');
}

/** @returns null for what {@link encodeLiveCursor} cannot have made */
export function decodeLiveCursor(cursor: string): LivePlace | null {
  const [feed = '', xmaxText = '', ...distances] = cursor.split('.');
  const xmax = toNumber(xmaxText);
  const running = distances.map((distance) => xmax - toNumber(distance));
  const isWhole = [xmax, ...running].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!/^[0-9a-f]{12}$/.test(feed) || !isWhole || running.length > RUNNING_MAX) return null;
  return { feed, snapshot: { xmax, running } };
}

const toText = (value: number): string => value.toString(36);

const toNumber = (text: string): number =>
  /^[0-9a-z]{1,11}$/.test(text) ? Number.parseInt(text, 36) : Number.NaN;
