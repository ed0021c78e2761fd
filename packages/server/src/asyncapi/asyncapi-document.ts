import { type RedisNames, STREAM_FIELDS } from '@taskwire/protocol';
import { EventV0Schema, EventV1Schema } from '@taskwire/protocol/json-schema';
import { EVENT_V0, EVENT_V1 } from '../examples/event-examples.ts';
import {
  ChangeAnnouncementSchema,
  PublisherAckSchema,
  WorkerHeartbeatSchema,
} from '../schemas/redis-schemas.ts';
import { redisChannels } from './redis-channels.ts';

/** The Redis side as an AsyncAPI 3 document: under the names of this deployment, with the schemas that events are checked by. */
export function asyncApiDocument(names: RedisNames): object {
  const channels = Object.entries(redisChannels(names));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'taskwire, the Redis side',
      version: '1',
      description:
        'What workers and web containers say to each other over Redis, as the web container sees it: it receives events and sends acknowledgements. Messages are JSON in UTF-8. What must come of each event is in packages/protocol/vectors of the repository.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      redis: {
        host: '{host}',
        protocol: 'redis',
        description: 'The Redis that workers and web containers share.',
        variables: { host: { default: 'localhost:6379', description: 'as in REDIS_URL' } },
      },
    },
    channels: Object.fromEntries(
      channels.map(([name, { address, type, title, description, messages }]) => [
        name,
        {
          address,
          title,
          description,
          servers: [{ $ref: '#/servers/redis' }],
          messages: Object.fromEntries(
            messages.map((message) => [message, { $ref: `#/components/messages/${message}` }]),
          ),
          'x-redis-type': type,
        },
      ]),
    ),
    operations: Object.fromEntries(
      channels.flatMap(([name, { operations, messages }]) =>
        operations.map(({ id, action, summary }) => [
          id,
          {
            action,
            summary,
            channel: { $ref: `#/channels/${name}` },
            messages: messages.map((message) => ({ $ref: `#/channels/${name}/messages/${message}` })),
          },
        ]),
      ),
    ),
    components: { messages: MESSAGES },
  };
}

interface Payload {
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

function message(name: string, title: string, payload: object, more: object = {}): object {
  const { examples = [], ...schema } = payload as Payload;
  return {
    name,
    title,
    summary: schema.description,
    payload: schema,
    examples: examples.map((example) => ({ payload: example })),
    ...more,
  };
}

const text = (description: string) => ({ type: 'string', description });

const MESSAGES = {
  eventV1: message(
    'eventV1',
    'Event, version 1',
    { ...EventV1Schema, examples: [EVENT_V1] },
    {
      headers: {
        type: 'object',
        description: 'Fields of the stream entry beside the event; there are none on the channel.',
        properties: {
          [STREAM_FIELDS.eventId]: text(
            'event_id of the event; of several events that of each, a space between two',
          ),
          [STREAM_FIELDS.publisherId]: text('publisher_id of the event'),
          [STREAM_FIELDS.sequence]: text(
            'sequence of the event, in decimal; of several events that of the first',
          ),
        },
      },
    },
  ),
  eventV0: message('eventV0', 'Event, version 0', { ...EventV0Schema, examples: [EVENT_V0] }),
  publisherAck: message('publisherAck', 'Acknowledgement', PublisherAckSchema),
  changeAnnouncement: message('changeAnnouncement', 'Announcement', ChangeAnnouncementSchema),
  workerHeartbeat: message('workerHeartbeat', 'Heartbeat', WorkerHeartbeatSchema),
  cancelRequest: message(
    'cancelRequest',
    'Request to cancel',
    {
      ...EventV1Schema.properties.task_request_id,
      description: 'The task_request_id, as it is.',
      examples: [EVENT_V1.task_request_id],
    },
    { contentType: 'text/plain' },
  ),
};
