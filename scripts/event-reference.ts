import { EventV0Schema, EventV1Schema } from '../packages/protocol/src/json-schema.ts';

/** What is needed of docs/asyncapi.json. */
export interface RedisSide {
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly title: string;
        readonly description: string;
        readonly 'x-redis-type': string;
      }
    >
  >;
  readonly components: {
    readonly messages: Readonly<
      Record<string, { readonly examples: readonly { readonly payload: object }[] }>
    >;
  };
}

interface EventSchema {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

/** docs/events.md: what an event holds, and where in Redis what is. */
export function eventReference({ channels, components }: RedisSide): string {
  const example = (name: string): string =>
    JSON.stringify(components.messages[name]?.examples[0]?.payload, null, 2);
  const places = Object.values(channels).map(
    (each) => `| \`${each.address}\` | ${each['x-redis-type']} | ${each.title} | ${each.description} |`,
  );
  return `# Events

<!-- Written by scripts/generate-event-reference.ts from packages/protocol/src/event-schema.ts and docs/asyncapi.json. -->

An event is one status change of one task: a JSON object in UTF-8. Version 1 is what the notifiers send. Version 0 is what producers
sent before taskwire existed, and goes on being understood unchanged. Members that are not known are ignored. Lengths count Unicode
code points.

The same as a JSON Schema: [event.schema.json](../packages/protocol/schema/event.schema.json). What must come of each input, valid or
not, is a folder of [golden vectors](../packages/protocol/vectors/README.md), which the TypeScript and the Python client are both
tested against.

## Fields

| field | version 0 | version 1 | expected |
|---|---|---|---|
${fieldRows(EventV0Schema as EventSchema, EventV1Schema as EventSchema).join('\n')}

## Version 1

\`\`\`json
${example('eventV1')}
\`\`\`

## Version 0

\`\`\`json
${example('eventV0')}
\`\`\`

A producer of its own publishes it to \`TASK_STATUS_REDIS_CHANNEL\` and pushes the same text to \`TASK_STATUS_QUEUE_NAME\`; either
alone is understood as well. Both copies get the same \`event_id\`, derived from content and time. Over HTTP it is
[\`POST /api/v1/events\`](api.md#events-over-http).

## Limits

Larger than \`TASKWIRE_EVENT_BYTES_MAX\`, nested deeper than 64 levels, older than the retention or more than a day ahead: such an event is
kept as a [dead letter](runbooks/dead-letters.md), with the reason. So is everything else that cannot be read.

## In Redis

Names that settings or \`TASKWIRE_KEY_PREFIX\` change are shown as they are by default. The whole of it is described in
[asyncapi.json](asyncapi.json), for tools, and by a running web process at \`/asyncapi.json\`.

| name | type | what it is | |
|---|---|---|---|
${places.join('\n')}
`;
}

function fieldRows(v0: EventSchema, v1: EventSchema): readonly string[] {
  const presence = (schema: EventSchema, field: string): string => {
    if (!(field in schema.properties)) return '–';
    return schema.required?.includes(field) === true ? 'yes' : 'optional';
  };
  return Object.entries({ ...v0.properties, ...v1.properties }).map(
    ([field, { description = '' }]) =>
      `| \`${field}\` | ${presence(v0, field)} | ${presence(v1, field)} | ${description} |`,
  );
}
