import { type Finding, note, ok, problem, warning } from './finding.ts';
import type { RedisFacts } from './redis-facts.ts';
import { judgeVersion } from './redis-flaws.ts';

export interface RedisPlace {
  readonly host: string;
  readonly isLoopback: boolean;
  readonly isEncrypted: boolean;
}

/** What the settings and the state of a Redis mean for events. Pure. */
export function judgeRedis(facts: RedisFacts, place: RedisPlace): readonly Finding[] {
  return [
    version(facts, place),
    ...refusesWrites(facts),
    ...replication(facts),
    ...cluster(facts),
    persistence(facts),
    eviction(facts),
    memory(facts),
    ...connections(facts),
    exposure(facts, place),
    latency(facts),
  ];
}

function version({ info, settings }: RedisFacts, { isEncrypted }: RedisPlace): Finding {
  const product = info.has('valkey_version') || info.get('server_name') === 'valkey' ? 'valkey' : 'redis';
  const number = info.get('valkey_version') ?? info.get('redis_version');
  if (number === undefined) {
    return note(
      'redis.version',
      'this user may not run INFO',
      'Run doctor as a user who may, to learn of known flaws.',
    );
  }
  const tlsPort = settings?.get('tls-port');
  const usesTls = isEncrypted || (settings === null ? null : tlsPort !== undefined && tlsPort !== '0');
  return judgeVersion({ product, version: number, usesTls });
}

function refusesWrites({ info, settings }: RedisFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (info.get('loading') === '1') {
    findings.push(
      problem(
        'redis.writes',
        'it is still reading its data and answers nothing else',
        'Wait until it is done; events are kept in the outboxes.',
      ),
    );
  }
  const stops = settings?.get('stop-writes-on-bgsave-error') !== 'no' && settings?.get('save') !== '';
  if (info.get('rdb_last_bgsave_status') === 'err' && stops) {
    findings.push(
      problem(
        'redis.writes',
        'its last snapshot failed, so it refuses writes (MISCONF): events travel on the channel only, and wait in the outboxes',
        'Make room on its disk or mend the rights of its folder (its log says which), then run BGSAVE.',
      ),
    );
  }
  if (info.get('aof_last_write_status') === 'err') {
    findings.push(
      problem(
        'redis.writes',
        'it cannot write its append-only file and refuses writes',
        'Make room on its disk; it goes on by itself.',
      ),
    );
  }
  return findings.length > 0 ? findings : [ok('redis.writes', 'it takes writes')];
}

function replication({ info, settings }: RedisFacts): readonly Finding[] {
  const check = 'redis.replication';
  if (info.get('role') === 'slave') {
    const upstream = `${info.get('master_host')}:${info.get('master_port')}`;
    return [
      problem(check, `it is a replica of ${upstream} and takes no writes`, 'Set REDIS_URL to the primary.'),
    ];
  }
  const replicas = Number(info.get('connected_slaves') ?? 0);
  const needed = Number(settings?.get('min-replicas-to-write') ?? 0);
  const good = Number(info.get('min_slaves_good_slaves') ?? replicas);
  if (needed > good) {
    return [
      problem(
        check,
        `it wants ${needed} good replicas before it takes writes and has ${good}`,
        'Bring the replicas back, or lower min-replicas-to-write; events wait in the outboxes meanwhile.',
      ),
    ];
  }
  if (replicas > 0 && needed === 0 && settings !== null) {
    return [
      note(
        check,
        `${replicas} replicas, and min-replicas-to-write is 0: a primary that is cut off goes on taking writes, which a failover then forgets`,
        'Set min-replicas-to-write to 1. Outboxes send again what was forgotten; events of version 0 producers have no outbox.',
      ),
    ];
  }
  return [
    ok(
      check,
      replicas === 0 ? 'it is a primary without replicas' : `it is a primary with ${replicas} replicas`,
    ),
  ];
}

function cluster({ info }: RedisFacts): readonly Finding[] {
  if (info.get('cluster_enabled') !== '1') return [];
  return [
    warning(
      'redis.cluster',
      'it is a Redis Cluster: scripts of taskwire use several keys, which must lie in one slot',
      'Give all names one hash tag, such as TASKWIRE_KEY_PREFIX={taskwire}: and TASK_STATUS_QUEUE_NAME={taskwire}:queue, or use a Redis by itself.',
    ),
  ];
}

function persistence({ info, settings }: RedisFacts): Finding {
  const check = 'redis.persistence';
  const fsync = settings?.get('appendfsync');
  if (info.get('aof_enabled') === '1') {
    if (fsync === 'no') {
      return note(
        check,
        'append-only file without fsync: a power loss forgets what the kernel had not written, up to half a minute',
        'Set appendfsync everysec. Outboxes send again what was forgotten; events of version 0 producers have no outbox.',
      );
    }
    return ok(check, `append-only file${fsync === undefined ? '' : `, fsync ${fsync}`}`);
  }
  if (!info.has('aof_enabled'))
    return note(check, 'this user may not see how data is kept', 'Run doctor as a user who may run INFO.');
  const snapshots = settings?.get('save');
  const kept =
    snapshots === ''
      ? 'nothing is kept: a restart empties it'
      : 'snapshots only: a restart forgets what came since the last one';
  return warning(
    check,
    `${kept}. Outboxes send their events again, version 0 producers and the task queue cannot`,
    'Set appendonly yes and appendfsync everysec.',
  );
}

function eviction({ settings }: RedisFacts): Finding {
  const check = 'redis.eviction';
  const policy = settings?.get('maxmemory-policy');
  if (policy === undefined) {
    return note(
      check,
      'this user may not see maxmemory-policy',
      'Make sure that it is noeviction, or run doctor as a user who may run CONFIG GET.',
    );
  }
  if (policy === 'noeviction') return ok(check, 'it refuses writes when it is full, and evicts nothing');
  const limited = settings?.get('maxmemory') !== '0';
  if (!limited) {
    return note(
      check,
      `maxmemory-policy is ${policy}; harmless only while maxmemory is 0`,
      'Set maxmemory-policy noeviction.',
    );
  }
  const judge = policy.startsWith('allkeys') ? problem : warning;
  return judge(
    check,
    `maxmemory-policy is ${policy}: when it is full it throws ${policy.startsWith('allkeys') ? 'the stream, acknowledgements and tasks' : 'keys that expire'} away`,
    'Set maxmemory-policy noeviction, and use another Redis as cache.',
  );
}

const FULL_SOON = 0.8;
const FULL = 0.95;

function memory({ info, settings }: RedisFacts): Finding {
  const check = 'redis.memory';
  const used = Number(info.get('used_memory') ?? Number.NaN);
  const limit = Number(info.get('maxmemory') ?? settings?.get('maxmemory') ?? Number.NaN);
  if (Number.isNaN(used) || Number.isNaN(limit))
    return note(check, 'this user may not see its memory', 'Run doctor as a user who may run INFO.');
  if (limit === 0) {
    return note(
      check,
      `${mib(used)} used, without a limit: it can take all memory of its machine and be killed`,
      'Set maxmemory below the memory of the machine or container.',
    );
  }
  const part = used / limit;
  const words = `${mib(used)} of ${mib(limit)} used (${Math.round(part * 100)} %)`;
  if (part >= FULL)
    return problem(
      check,
      `${words}: it refuses writes or will do so in a moment`,
      'Raise maxmemory, or find what fills it (MEMORY DOCTOR, --bigkeys).',
    );
  if (part >= FULL_SOON) return warning(check, words, 'Raise maxmemory before it is full.');
  return ok(check, words);
}

function connections({ info, settings }: RedisFacts): readonly Finding[] {
  const check = 'redis.connections';
  const clients = Number(info.get('connected_clients') ?? Number.NaN);
  const limit = Number(settings?.get('maxclients') ?? info.get('maxclients') ?? Number.NaN);
  if (Number.isNaN(clients) || Number.isNaN(limit)) return [];
  const words = `${clients} of ${limit} connections in use`;
  return [
    clients / limit >= FULL_SOON
      ? warning(check, words, 'Raise maxclients, or find who holds them (CLIENT LIST).')
      : ok(check, words),
  ];
}

function exposure({ open, user }: RedisFacts, { host, isLoopback, isEncrypted }: RedisPlace): Finding {
  const check = 'redis.access';
  if (open === true && !isLoopback) {
    return problem(
      check,
      `${host} lets in whoever reaches it, without a password: who gets in can forge events and read all`,
      'Give it users (ACL) with passwords, one for workers and one for listeners, and put them into REDIS_URL.',
    );
  }
  if (!isLoopback && !isEncrypted) {
    return warning(
      check,
      `connections to ${host} are not encrypted: password and events can be read and changed on the way`,
      'Use rediss:// unless the network is yours alone.',
    );
  }
  if (open === true) {
    return note(
      check,
      `${host} asks for no password; only programs on this machine reach it`,
      'Give it a password where others share this machine.',
    );
  }
  return ok(
    check,
    `connected as ${user ?? 'a user who may not ask who he is'}${isEncrypted ? ', encrypted' : ''}`,
  );
}

const SLOW_MS = 20;

function latency({ pingMs }: RedisFacts): Finding {
  const words = `answers in ${pingMs.toFixed(1)} ms`;
  return pingMs > SLOW_MS
    ? note(
        'redis.latency',
        words,
        'Events need two round trips or more; put listener and Redis near each other.',
      )
    : ok('redis.latency', words);
}

const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MiB`;
