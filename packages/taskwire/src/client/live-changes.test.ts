import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskwireError } from '@taskwire/protocol';
import { type LiveEvent, liveChanges } from './live-changes.ts';

/** Answers one after the other: what a connection says before it ends, or why there is none. */
function connections(...answers: readonly (string | Error)[]) {
  const places: (string | undefined)[] = [];
  const left = [...answers];
  return {
    places,
    events: async (_query: unknown, place: string | undefined) => {
      places.push(place);
      const answer = left.shift() ?? new TaskwireError('request_invalid', 'the end of the test');
      if (answer instanceof Error) throw answer;
      // In pieces, as networks do.
      const bytes = [...Buffer.from(answer)].map((byte) => Uint8Array.of(byte));
      return ReadableStream.from(bytes) as ReadableStream<Uint8Array>;
    },
  };
}

async function heardFrom(api: ReturnType<typeof connections>) {
  const heard: (LiveEvent | Error)[] = [];
  try {
    for await (const event of liveChanges(api, {}, new AbortController().signal)) heard.push(event);
  } catch (error) {
    heard.push(error as Error);
  }
  return heard.map((each) => (each instanceof Error ? each.message : each.kind));
}

test('a connection that breaks is made again from the last place, also one that came without a change', async () => {
  const api = connections(
    'retry: 1000\n\nevent: change\nid: 1\ndata: {"task_request_id":"任务"}\n\n: ping\n\nid: 2\n\nevent: change\nda',
    new TypeError('terminated'),
    'event: reset\nid: 9\ndata: {}\n\n',
  );
  assert.deepEqual(await heardFrom(api), [
    'connected',
    'change',
    'disconnected',
    'disconnected',
    'connected',
    'reset',
    'disconnected',
    'the end of the test',
  ]);
  assert.deepEqual(api.places, [undefined, '2', '2', '9']);
});

test('a first try that fails, and a refusal at any time, end it with their reason', async () => {
  const away = connections(new TaskwireError('api_unavailable', 'nobody there'), 'never asked');
  assert.deepEqual(await heardFrom(away), ['nobody there']);
  const refused = connections(': hello\n\n', new TaskwireError('unauthorized', 'the token was taken away'));
  assert.deepEqual(await heardFrom(refused), ['connected', 'disconnected', 'the token was taken away']);
});
