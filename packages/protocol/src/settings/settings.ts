import { TaskwireError } from '../error.ts';
import { nearest } from '../nearest.ts';
import { baseNames, type RedisNames, STREAM_SHARDS_MAX } from '../redis-keys.ts';
import type { RedisNodes } from '../redis-nodes.ts';
import { SECRET_PARAMS_BY_DEFAULT } from '../secret-params.ts';
import { checkRedisSettings } from './check-redis-settings.ts';
import {
  address,
  addresses,
  choice,
  flag,
  integer,
  list,
  optionalText,
  readSetting,
  type Setting,
  text,
} from './setting.ts';

const HOUR_MS = 3_600_000;
const MIB = 1_048_576;

/** Environments can hold any name; this much of it is shown and compared. */
const NAME_SHOWN_MAX = 100;

/** Every environment variable that taskwire reads, in the order of the reference table. */
export const SETTINGS = {
  redisUrl: address('REDIS_URL', ['redis:', 'rediss:'], {
    fallback: 'redis://127.0.0.1:6379',
    description: 'The Redis between workers and web containers.',
    secret: true,
  }),
  redisCaFile: optionalText('TASKWIRE_REDIS_CA_FILE', {
    description:
      'A file of certificates (PEM) of which the one of a rediss:// address has to come. Unset: of those that the system trusts, which Python trusts besides.',
  }),
  redisCluster: flag('TASKWIRE_REDIS_CLUSTER', {
    fallback: false,
    description: 'Whether REDIS_URL names a node, any node, of a Redis Cluster.',
  }),
  redisSentinels: addresses('TASKWIRE_REDIS_SENTINELS', ['redis:', 'rediss:'], {
    fallback: [],
    description:
      'The Sentinels that know which Redis is the primary. REDIS_URL then says user, password, encryption and database, and its host does not count.',
    secret: true,
  }),
  redisSentinelName: text('TASKWIRE_REDIS_SENTINEL_NAME', {
    fallback: 'mymaster',
    description: 'What they call that primary.',
  }),
  streamShards: integer(
    'TASKWIRE_STREAM_SHARDS',
    { min: 1, max: STREAM_SHARDS_MAX },
    {
      fallback: 1,
      description:
        'Over how many streams the events of all workers are spread; more than one is of use in a Redis Cluster only. The same everywhere: raise it on listeners first, lower it on workers first.',
    },
  ),
  databaseUrl: address('DATABASE_URL', ['postgres:', 'postgresql:'], {
    fallback: undefined,
    description: 'PostgreSQL 15 or newer. Unset: the embedded database in TASKWIRE_DATA_DIR.',
    secret: true,
  }),
  port: integer(
    'PORT',
    { min: 0, max: 65_535 },
    {
      fallback: 8080,
      description: 'Where the web process listens; 0 takes any free port.',
    },
  ),
  logLevel: choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    fallback: 'info',
    description: 'The least severe log line that is written.',
  }),
  listenerEnabled: flag('ENABLE_TASK_STATUS_LISTENER', {
    fallback: true,
    description: 'Whether the web process runs the listener inside.',
  }),
  notificationsEnabled: flag('ENABLE_STATUS_NOTIFICATIONS', {
    fallback: true,
    description: 'Whether the notifier does anything at all.',
  }),
  workerContainer: text('WORKER_CONTAINER_ID', {
    fallback: 'secretflow-worker',
    description: 'The name of this worker container in its events.',
  }),
  channel: text('TASK_STATUS_REDIS_CHANNEL', {
    fallback: 'task_status_events',
    description: 'The channel that events are published to.',
  }),
  queue: text('TASK_STATUS_QUEUE_NAME', {
    fallback: 'task_status_queue',
    description: 'The list that version 0 producers push to.',
  }),
  keyPrefix: optionalText('TASKWIRE_KEY_PREFIX', {
    description:
      "Put before the Redis names that are taskwire's own (stream, acks, changes, heartbeats), so that several deployments can share one Redis.",
  }),
  host: text('TASKWIRE_HOST', {
    fallback: '127.0.0.1',
    description:
      'The address that the web process binds to. Any but a loopback address needs TASKWIRE_OPERATOR_TOKENS or TASKWIRE_VIEWER_TOKENS.',
  }),
  operatorTokens: list('TASKWIRE_OPERATOR_TOKENS', {
    fallback: [],
    description:
      'Who may do everything over HTTP: tokens as token or name:token, comma-separated; several for a rotation. The name is what the audit log shows.',
    secret: true,
  }),
  operatorTokensFile: optionalText('TASKWIRE_OPERATOR_TOKENS_FILE', {
    description: 'A file with more of them, one a line.',
  }),
  viewerTokens: list('TASKWIRE_VIEWER_TOKENS', {
    fallback: [],
    description: 'Who may read everything and change nothing; as TASKWIRE_OPERATOR_TOKENS.',
    secret: true,
  }),
  viewerTokensFile: optionalText('TASKWIRE_VIEWER_TOKENS_FILE', {
    description: 'A file with more of them, one a line.',
  }),
  sessionHours: integer(
    'TASKWIRE_SESSION_HOURS',
    { min: 1, max: 8_760, unit: 'hours' },
    {
      fallback: 12,
      description: 'How long somebody who signed in to the dashboard stays signed in.',
    },
  ),
  requestsPerMinute: integer(
    'TASKWIRE_REQUESTS_PER_MINUTE_MAX',
    { min: 0, max: 1_000_000 },
    {
      fallback: 6_000,
      description:
        'The most HTTP requests of one token from one address, where tokens are needed; 0: as many as come.',
    },
  ),
  trustedProxies: list('TASKWIRE_TRUSTED_PROXIES', {
    fallback: [],
    description:
      'Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed.',
  }),
  metricsOpen: flag('TASKWIRE_METRICS_OPEN', {
    fallback: false,
    description: 'Whether /metrics needs no token.',
  }),
  dataDir: text('TASKWIRE_DATA_DIR', {
    fallback: '.taskwire',
    description: 'Where the embedded database, the private Redis and the outboxes live.',
  }),
  outboxPath: optionalText('TASKWIRE_OUTBOX_PATH', {
    description:
      'The outbox file of this worker. Unset: outbox-<WORKER_CONTAINER_ID>.sqlite in TASKWIRE_DATA_DIR.',
  }),
  outboxBytesMax: integer(
    'TASKWIRE_OUTBOX_BYTES_MAX',
    { min: MIB, max: 1_099_511_627_776, unit: 'bytes' },
    {
      fallback: 256 * MIB,
      description:
        'The largest that the outbox may grow; beyond it progress is dropped first, then publish() refuses.',
    },
  ),
  outboxFsync: flag('TASKWIRE_OUTBOX_FSYNC', {
    fallback: false,
    description:
      'Whether events also survive power loss (fsync by group) and not just the death of the process.',
  }),
  ackGraceMs: integer(
    'TASKWIRE_ACK_GRACE_MS',
    { min: 0, max: 7 * 24 * HOUR_MS, unit: 'ms' },
    {
      fallback: HOUR_MS,
      description:
        'How long an outbox keeps acknowledged events, for a database that loses its last commits.',
    },
  ),
  heartbeatIntervalMs: integer(
    'TASKWIRE_HEARTBEAT_INTERVAL_MS',
    { min: 100, max: HOUR_MS, unit: 'ms' },
    {
      fallback: 5_000,
      description: 'How often a worker says that it lives and what it runs.',
    },
  ),
  workerLostGraceMs: integer(
    'TASKWIRE_WORKER_LOST_GRACE_MS',
    { min: 500, max: 24 * HOUR_MS, unit: 'ms' },
    {
      fallback: 60_000,
      description: 'How long a silent worker is waited for before its tasks fail as WorkerLost.',
    },
  ),
  eventBytesMax: integer(
    'TASKWIRE_EVENT_BYTES_MAX',
    { min: 1_024, max: 16 * MIB, unit: 'bytes' },
    {
      fallback: MIB,
      description: 'The largest event; a larger one goes to the dead letters, cut.',
    },
  ),
  batchEventsMax: integer(
    'TASKWIRE_BATCH_EVENTS_MAX',
    { min: 1, max: 10_000 },
    {
      fallback: 1_000,
      description: 'The most events in one database transaction.',
    },
  ),
  claimIdleMs: integer(
    'TASKWIRE_CLAIM_IDLE_MS',
    { min: 100, max: HOUR_MS, unit: 'ms' },
    {
      fallback: 5_000,
      description: 'How long an entry may stay with a silent listener before another takes it over.',
    },
  ),
  channelHoldMs: integer(
    'TASKWIRE_CHANNEL_HOLD_MS',
    { min: 10, max: 60_000, unit: 'ms' },
    {
      fallback: 300,
      description: 'How long the second lane waits for the first before it applies its copy.',
    },
  ),
  retentionDays: integer(
    'TASKWIRE_RETENTION_DAYS',
    { min: 1, max: 36_500, unit: 'days' },
    {
      fallback: 90,
      description: 'How long the history and dead letters are kept.',
    },
  ),
  partitions: choice('TASKWIRE_PARTITIONS', ['monthly', 'daily'], {
    fallback: 'monthly',
    description: 'How the history is cut; retention drops whole parts.',
  }),
  language: choice('TASKWIRE_LANGUAGE', ['en', 'zh'], {
    fallback: 'en',
    description: 'The language of the messages in the history.',
  }),
  taskQueue: text('TASKWIRE_TASK_QUEUE', {
    fallback: 'taskwire-tasks',
    description: 'The BullMQ queue that the web process submits to and the worker takes from.',
  }),
  workerConcurrency: integer(
    'TASKWIRE_WORKER_CONCURRENCY',
    { min: 1, max: 1_000 },
    {
      fallback: 4,
      description: 'How many tasks one worker process runs at once.',
    },
  ),
  workerMain: optionalText('TASKWIRE_WORKER_MAIN', {
    description:
      'The file that `taskwire worker` and `taskwire up` run as worker. Unset: the worker of this repository.',
  }),
  celeryIdArgument: optionalText('TASKWIRE_CELERY_ID_ARGUMENT', {
    description:
      "The argument of Celery's tasks that holds the task_request_id. Unset: the id that Celery gives each task.",
  }),
  celeryResultBackend: address(
    'TASKWIRE_CELERY_RESULT_BACKEND',
    [
      'redis:',
      'rediss:',
      'postgresql:',
      'postgres:',
      'db+postgresql:',
      'db+postgresql+psycopg2:',
      'db+postgresql+psycopg:',
    ],
    {
      fallback: undefined,
      description:
        "Celery's result_backend: what the reconciler asks about tasks whose worker is gone. Unset: Celery is not asked.",
      secret: true,
    },
  ),
  secretParams: list('TASKWIRE_SECRET_PARAMS', {
    fallback: SECRET_PARAMS_BY_DEFAULT,
    description:
      'Parameters that are secret: kept in no row and shown nowhere. A name is one that a parameter has or ends in, in every task; task:name only that one of that task.',
  }),
  networkAllow: list('TASKWIRE_NETWORK_ALLOW', {
    fallback: [],
    description:
      'What the network tasks may reach besides public addresses: host names, addresses or CIDR ranges, each with an optional :port.',
  }),
  signingKey: optionalText('TASKWIRE_SIGNING_KEY', {
    description: 'Signs the events of this worker: id:base64 of 32 bytes. Unset: they are not signed.',
    secret: true,
  }),
  signingKeyFile: optionalText('TASKWIRE_SIGNING_KEY_FILE', {
    description: 'A file with the same.',
  }),
  verifyKeys: list('TASKWIRE_VERIFY_KEYS', {
    fallback: [],
    description:
      'The keys whose signatures the listener believes: id:base64 of 32 bytes, comma-separated; one that is taken away is revoked.',
    secret: true,
  }),
  verifyKeysFile: optionalText('TASKWIRE_VERIFY_KEYS_FILE', {
    description: 'A file with the same, one a line.',
  }),
  signaturesRequired: choice('TASKWIRE_SIGNATURES_REQUIRED', ['none', 'version_1', 'all'], {
    fallback: 'none',
    description:
      'Which events become dead letters where they are not signed. version_1 still takes whatever says that it is version 0.',
  }),
  certificateKeys: optionalText('TASKWIRE_CERTIFICATE_KEYS', {
    description:
      'Keys of the certificate tasks as id:base64 of 32 bytes, comma-separated; the first one encrypts.',
    secret: true,
  }),
  certificateKeysFile: optionalText('TASKWIRE_CERTIFICATE_KEYS_FILE', {
    description: 'A file with the same, one a line.',
  }),
  otlpEndpoint: address('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:'], {
    fallback: undefined,
    description:
      'Where the listener sends its spans: an OTLP/HTTP receiver, to whose address /v1/traces is added. Unset: no spans are made.',
  }),
  otlpTracesEndpoint: address('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ['http:', 'https:'], {
    fallback: undefined,
    description: 'The same, as the whole address.',
  }),
  otlpHeaders: optionalText('OTEL_EXPORTER_OTLP_HEADERS', {
    description: 'What is sent with the spans: name=value, comma-separated, values percent-encoded.',
    secret: true,
  }),
  otlpTracesHeaders: optionalText('OTEL_EXPORTER_OTLP_TRACES_HEADERS', {
    description: 'The same; of one name this one counts.',
    secret: true,
  }),
  otlpProtocol: text('OTEL_EXPORTER_OTLP_PROTOCOL', {
    fallback: 'http/json',
    description:
      'http/json, or http/protobuf, whose receivers take JSON at the same address. With grpc no spans are made, and the log says so.',
  }),
  otlpCompression: choice('OTEL_EXPORTER_OTLP_COMPRESSION', ['none', 'gzip'], {
    fallback: 'none',
    description: 'How spans are packed.',
  }),
  otlpTimeoutMs: integer(
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    { min: 1, max: HOUR_MS, unit: 'ms' },
    {
      fallback: 10_000,
      description: 'How long the receiver of spans may take.',
    },
  ),
  otlpCaFile: optionalText('OTEL_EXPORTER_OTLP_CERTIFICATE', {
    description:
      'A file of certificates (PEM) of which the one of an https:// receiver has to come. Unset: of those that Node trusts.',
  }),
  tracesExporter: list('OTEL_TRACES_EXPORTER', {
    fallback: ['otlp'],
    description: 'Without otlp among these, such as none, no spans are made.',
  }),
  otelDisabled: flag('OTEL_SDK_DISABLED', {
    fallback: false,
    description: 'True: no spans are made.',
  }),
  otelServiceName: optionalText('OTEL_SERVICE_NAME', {
    description: 'The service.name of the spans. Unset: taskwire-web or taskwire-listener.',
  }),
  otelResourceAttributes: optionalText('OTEL_RESOURCE_ATTRIBUTES', {
    description: 'What else is said of the process: name=value, comma-separated, values percent-encoded.',
  }),
  spanDelayMs: integer(
    'OTEL_BSP_SCHEDULE_DELAY',
    { min: 0, max: HOUR_MS, unit: 'ms' },
    {
      fallback: 5_000,
      description: 'How long spans are collected before they are sent.',
    },
  ),
  spanQueueMax: integer(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    { min: 1, max: 100_000 },
    {
      fallback: 2_048,
      description:
        'The most spans that wait to be sent; further ones are dropped, and the log says how many.',
    },
  ),
  apiUrl: address('TASKWIRE_API_URL', ['http:', 'https:'], {
    fallback: undefined,
    description:
      'The web process that commands such as `taskwire tail` talk to. Unset: the database that DATABASE_URL names, or the `taskwire up` of TASKWIRE_DATA_DIR.',
  }),
  token: optionalText('TASKWIRE_TOKEN', {
    description: 'What commands show to the web process that TASKWIRE_API_URL names.',
    secret: true,
  }),
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = {
  readonly [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key] extends Setting<infer T> ? T : never;
};

/**
 * Reads all settings from an environment.
 * @throws TaskwireError `setting_invalid`, one line that names the variable, what was expected and what was given;
 * also for a variable that begins with TASKWIRE_ and that nothing reads, since it is a typing error as a rule.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const known = new Set<string>(Object.values(SETTINGS).map((setting) => setting.name));
  for (const name of Object.keys(env)) {
    if (name.startsWith('TASKWIRE_') && !known.has(name)) {
      const shown = JSON.stringify(name.slice(0, NAME_SHOWN_MAX)).slice(1, -1);
      throw new TaskwireError('setting_invalid', `${shown}: no such setting${suggestion(shown, known)}`);
    }
  }
  const entries = Object.entries(SETTINGS).map(([key, setting]) => [
    key,
    readSetting<unknown>(setting as Setting<unknown>, env),
  ]);
  const settings = Object.fromEntries(entries) as Settings;
  checkRedisSettings(settings);
  return settings;
}

/**
 * Settings given in code as the environment would give them, so that {@link readSettings} checks those as well. What is
 * undefined is not given.
 */
export const asEnvironment = (
  given: {
    readonly [Key in keyof Settings]?: Settings[Key] | undefined;
  },
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) =>
      value === undefined ? [] : [[SETTINGS[key as keyof Settings].name, String(value)]],
    ),
  );

/** The Redis names that these settings choose. */
export const redisNames = (
  settings: Pick<Settings, 'channel' | 'queue' | 'keyPrefix' | 'redisCluster' | 'streamShards'>,
): RedisNames => baseNames(settings);

/** What says where Redis is. */
export type RedisServerSettings = Pick<
  Settings,
  'redisUrl' | 'redisCaFile' | 'redisCluster' | 'redisSentinels' | 'redisSentinelName'
>;

/** Which servers these settings choose; undefined for the one that REDIS_URL names. */
export function redisNodes(
  settings: Pick<Settings, 'redisCluster' | 'redisSentinels' | 'redisSentinelName'>,
): RedisNodes | undefined {
  if (settings.redisCluster) return { kind: 'cluster' };
  const { redisSentinels: sentinels, redisSentinelName: name } = settings;
  return sentinels.length === 0 ? undefined : { kind: 'sentinel', sentinels, name };
}

/** So many changes make a name of ours of a mistyped one. */
const SLIPS_MAX = 4;

function suggestion(name: string, known: ReadonlySet<string>): string {
  const meant = nearest(name, known, SLIPS_MAX);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
