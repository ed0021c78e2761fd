const notifier = 'packages/notifier/src';
const python = 'clients/python/src/taskwire';

/** Files of the notifier that the Python client has as well, since a wheel carries no links: source and copy. */
export const pythonClientCopies: readonly (readonly [source: string, copy: string])[] = [
  [`${notifier}/redis/publish-batch.lua`, `${python}/wire/publish-batch.lua`],
  [`${notifier}/redis/read-acks.lua`, `${python}/wire/read-acks.lua`],
  [`${notifier}/redis/heartbeat.lua`, `${python}/wire/heartbeat.lua`],
  [`${notifier}/outbox/schema.sql`, `${python}/outbox/schema.sql`],
];
