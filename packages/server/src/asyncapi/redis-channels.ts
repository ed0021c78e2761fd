import { CONSUMER_GROUP, cancelRequestsKey, type RedisNames, STREAM_FIELDS } from '@taskwire/protocol';

/** One name in Redis, and what is under it. */
export interface RedisChannel {
  readonly address: string;
  readonly type: 'stream' | 'channel' | 'list' | 'hash' | 'sorted set';
  readonly title: string;
  readonly description: string;
  /** Which of the messages of the document. */
  readonly messages: readonly string[];
  /** What the web container does with it. */
  readonly operations: readonly {
    readonly id: string;
    readonly action: 'send' | 'receive';
    readonly summary: string;
  }[];
}

export const redisChannels = (names: RedisNames): Readonly<Record<string, RedisChannel>> => ({
  events: {
    address: names.stream,
    type: 'stream',
    title: 'Events of notifiers, the main lane',
    description: `Each entry has the fields ${Object.values(STREAM_FIELDS).join(', ')}: the first is the event as JSON, the others repeat what is in it, so that an event that cannot be read is accounted for. Events of one publisher that are sent together share entries: the event comes again for each of the others, event_id holds the ids of all with spaces between them, sequence is that of the first, and those of the others follow on. XADD and PUBLISH of an event are one step. Read by the group ${CONSUMER_GROUP}, acknowledged and deleted after COMMIT; never trimmed by length.`,
    messages: ['eventV1'],
    operations: [{ id: 'readEvents', action: 'receive', summary: 'Bring events into the database.' }],
  },
  eventCopies: {
    address: names.channel,
    type: 'channel',
    title: 'The second lane',
    description:
      'A copy of every event: of notifiers, and of version 0 producers. One replica listens; it applies a copy only where the durable one has not come by then.',
    messages: ['eventV1', 'eventV0'],
    operations: [
      { id: 'hearEventCopies', action: 'receive', summary: 'Have what the main lane does not carry.' },
    ],
  },
  producerQueue: {
    address: names.queue,
    type: 'list',
    title: 'Events of version 0 producers',
    description:
      'Producers LPUSH; events are moved to a processing list of the replica, not popped, and removed after COMMIT.',
    messages: ['eventV0'],
    operations: [{ id: 'takeProducerEvents', action: 'receive', summary: 'Bring events into the database.' }],
  },
  acknowledgements: {
    address: names.acks,
    type: 'hash',
    title: 'What the database holds, by publisher',
    description:
      'Field: publisher_id. Written after COMMIT; a notifier reads it to forget what is done and to send again what is missing.',
    messages: ['publisherAck'],
    operations: [
      { id: 'acknowledge', action: 'send', summary: 'Tell a publisher what the database holds of it.' },
    ],
  },
  changes: {
    address: names.changes,
    type: 'channel',
    title: 'What each commit changed',
    description: 'A hint: who misses one asks the database.',
    messages: ['changeAnnouncement'],
    operations: [
      { id: 'announceChanges', action: 'send', summary: 'Tell what a commit changed.' },
      { id: 'hearChanges', action: 'receive', summary: 'Hear what other replicas committed.' },
    ],
  },
  heartbeats: {
    address: names.heartbeats,
    type: 'hash',
    title: 'Heartbeats of workers',
    description: 'Field: worker_id. Written by workers every few seconds, with the time of Redis.',
    messages: ['workerHeartbeat'],
    operations: [{ id: 'collectHeartbeats', action: 'receive', summary: 'Know which workers live.' }],
  },
  cancelRequests: {
    address: cancelRequestsKey(names),
    type: 'sorted set',
    title: 'Tasks that somebody wants cancelled',
    description:
      'Member: task_request_id; score: ms since 1970 when it was asked for. Workers look for what they run; forgotten after a day.',
    messages: ['cancelRequest'],
    operations: [
      { id: 'requestCancellation', action: 'send', summary: 'Ask whoever runs a task to stop it.' },
    ],
  },
});
