import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type CurrentTaskState, messageOf, TaskwireError } from '@taskwire/protocol';
import { createParser } from 'eventsource-parser';
import type { ApiClient, Query } from './api-client.ts';

/** What the stream of changes brings. */
export type LiveEvent =
  /** From here on nothing is missed. Comes first, and again after each reconnect. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'change'; readonly change: LiveChange }
  /** Too much happened while we were away: what is shown has to be loaded again. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'disconnected'; readonly why: string };

/** A task as it is now; of two changes of a task the one with the greater revision is the newer. */
export type LiveChange = Pick<
  CurrentTaskState,
  'task_request_id' | 'status' | 'task_name' | 'attempt' | 'progress' | 'last_status_update'
> & { readonly revision?: number };

/** The server says something every 15 s; two of those lost is a dead connection. */
const SILENCE_MS_MAX = 40_000;
const RECONNECT = { firstMs: 250, factor: 2, maxMs: 5_000 };
/** A change is some hundred bytes. */
const BUFFERED_MAX = 1_048_576;

/**
 * Changes as they happen, for as long as `signal` lets it. Connections that break are made again, with the place in the
 * stream, so that nothing is missed; a change may come twice.
 * @throws TaskwireError where trying again is of no use, and where the first try fails
 */
export async function* liveChanges(
  api: Pick<ApiClient, 'events'>,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent, void> {
  let place: string | undefined;
  let failures = 0;
  let hasConnected = false;
  const remember = (id: string): void => {
    place = id;
  };
  while (!signal.aborted) {
    try {
      for await (const event of oneConnection(api, query, place, remember, signal)) {
        hasConnected = true;
        failures = 0;
        yield event;
      }
      if (signal.aborted) return;
      yield { kind: 'disconnected', why: 'the web process closed the connection' };
    } catch (error) {
      if (signal.aborted) return;
      const isFinal = error instanceof TaskwireError && !error.retryable;
      if (isFinal || !hasConnected) throw error;
      yield { kind: 'disconnected', why: messageOf(error) };
    }
    await delay(backoffMs(RECONNECT, ++failures, Math.random()), undefined, { signal }).catch(() => {});
  }
}

async function* oneConnection(
  api: Pick<ApiClient, 'events'>,
  query: Query,
  place: string | undefined,
  remember: (id: string) => void,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent, void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('nothing was heard for too long')), SILENCE_MS_MAX);
  const either = AbortSignal.any([signal, silence.signal]);
  const arrived: LiveEvent[] = [];
  const parser = createParser({
    maxBufferSize: BUFFERED_MAX,
    onId: remember,
    onEvent: ({ event, data }) => {
      if (event === 'reset') arrived.push({ kind: 'reset' });
      if (event === 'change') arrived.push({ kind: 'change', change: JSON.parse(data) });
    },
  });
  const decoder = new TextDecoder();
  try {
    const stream = await api.events(query, place, either);
    yield { kind: 'connected' };
    for await (const chunk of stream) {
      timer.refresh();
      parser.feed(decoder.decode(chunk, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    clearTimeout(timer);
    // Ends the connection where somebody stopped listening to us.
    silence.abort();
  }
}
