import { addAbortSignal } from 'node:stream';
import { type CurrentTaskState, TaskwireError } from '@taskwire/protocol';
import type { ChangeFilter } from '../live/change-filter.ts';
import { decodeLiveCursor } from '../live/live-cursor.ts';
import type { LiveUpdates } from '../live/live-updates.ts';
import { createReader, type LiveFrom } from '../live/reader.ts';

/**
 * `change`: what a task is now, after its commit. Of two states of a task the one with the greater `revision` is the newer.
 * `reset`: too much happened since the last change, or the database was restarted or went back; what is
 * known has to be loaded anew.
 */
export type LiveChange =
  | { readonly type: 'change'; readonly task: CurrentTaskState }
  | { readonly type: 'reset' };

export interface ChangesOptions extends ChangeFilter {
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/**
 * What changes, to be handed on in whatever way an application has. It is one more reader of the live updates: one
 * that is slow is dropped and comes back for what it missed, so nothing is piled up for it and nothing is left out.
 * Ends with `signal`, or when `live` has stopped. @throws TaskwireError `stopped` where it was never started
 */
export async function* readChanges(
  live: Pick<LiveUpdates, 'join'>,
  { signal, ...filter }: ChangesOptions,
): AsyncGenerator<LiveChange, void, void> {
  let from: LiveFrom = null;
  for (let isFirst = true; signal?.aborted !== true; isFirst = false) {
    const reader = createReader({ filter, from, unsentBytes: () => 0, drop: () => reader.body.destroy() });
    try {
      live.join(reader);
    } catch (error) {
      if (!isFirst && error instanceof TaskwireError && error.code === 'stopped') return;
      throw error;
    }
    if (signal !== undefined) addAbortSignal(signal, reader.body);
    try {
      // What is pushed at once comes out whole, so that no event is in two chunks.
      for await (const chunk of reader.body) {
        for (const { id, change } of eventsIn(String(chunk))) {
          if (change !== undefined) yield change;
          if (id !== undefined) from = decodeLiveCursor(id) ?? 'unknown';
        }
      }
    } catch (error) {
      // Dropped, or told to end.
      if (!reader.body.destroyed) throw error;
    } finally {
      reader.body.destroy();
    }
  }
}

/** The other way round from `event-text.ts`. */
function* eventsIn(text: string): Iterable<{ readonly id?: string; readonly change?: LiveChange }> {
  for (const block of text.split('\n\n')) {
    const fields = new Map(
      block.split('\n').map((line): readonly [string, string] => {
        const end = line.indexOf(': ');
        return [line.slice(0, end), line.slice(end + 2)];
      }),
    );
    const [id, type] = [fields.get('id'), fields.get('event')];
    const change: LiveChange | undefined =
      type === 'change'
        ? { type, task: JSON.parse(fields.get('data') ?? '') as CurrentTaskState }
        : type === 'reset'
          ? { type }
          : undefined;
    yield { ...(id === undefined ? {} : { id }), ...(change === undefined ? {} : { change }) };
  }
}
