import { randomBytes } from 'node:crypto';
import {
  type Logger,
  type NamedKey,
  type RedisNames,
  type RedisNodes,
  silentLogger,
  TaskwireError,
} from '@taskwire/protocol';
import { nameProblem } from './event/event-input.ts';
import { createSystemClock } from './system-clock.ts';

export interface TaskStatusNotifierOptions {
  /** `redis://` or `rediss://`. */
  readonly redisUrl: string;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly redisCaFile?: string | undefined;
  /** As `redisNodes(settings)` says; unset: the one server that `redisUrl` names. */
  readonly redisNodes?: RedisNodes | undefined;
  readonly names: RedisNames;
  /** Which container this worker is, 1 to 255 characters. */
  readonly workerContainer: string;
  /** The outbox file; its folder is made. Further processes on the same path use `outboxPath.1`, `.2` …. */
  readonly outboxPath: string;
  /** Default true. False: every call is accepted and does nothing; no file, no connection. */
  readonly enabled?: boolean;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Largest size of the outbox file with its log. Default 256 MiB, at least 1 MiB. */
  readonly outboxBytesMax?: number;
  /** Default false. True: events also survive a power loss that comes more than about 20 ms after `publish()`. */
  readonly outboxFsync?: boolean;
  /** How long acknowledged events are kept, ms. Default one hour. */
  readonly ackGraceMs?: number;
  /** Default 5,000. */
  readonly heartbeatIntervalMs?: number;
  /** Largest event, bytes of JSON. Default 1 MiB. A larger one goes out with its data cut. */
  readonly eventBytesMax?: number;
  /** Signs every event as it is sent. Default: nothing is signed. */
  readonly signingKey?: NamedKey | undefined;
  /** How long `stop()` waits at most for acknowledgements, ms. Default 3,000. */
  readonly stopTimeoutMs?: number;
  /** ms since 1970, with a fraction for the microseconds. Default: the system's. */
  readonly clock?: () => number;
  /** As many fresh random bytes as asked for, in an array that nobody else writes to. Default: the system's. */
  readonly random?: (count: number) => Uint8Array;
}

export type ResolvedOptions = Required<Omit<TaskStatusNotifierOptions, Optional>> &
  Pick<TaskStatusNotifierOptions, Optional>;
type Optional = 'signingKey' | 'redisCaFile' | 'redisNodes';

const MIB = 1_048_576;
const HOUR_MS = 3_600_000;

/** @throws TaskwireError `setting_invalid`, naming the option */
export function resolveOptions(options: TaskStatusNotifierOptions): ResolvedOptions {
  const resolved: ResolvedOptions = {
    enabled: true,
    logger: silentLogger,
    outboxBytesMax: 256 * MIB,
    outboxFsync: false,
    ackGraceMs: HOUR_MS,
    heartbeatIntervalMs: 5_000,
    eventBytesMax: MIB,
    stopTimeoutMs: 3_000,
    clock: createSystemClock(),
    random: randomBytes,
    ...withoutUndefined(options),
  };
  const problem = nameProblem('workerContainer', resolved.workerContainer, 255);
  if (problem !== undefined) throw new TaskwireError('setting_invalid', problem.message);
  atLeast('outboxBytesMax', resolved.outboxBytesMax, MIB);
  atLeast('ackGraceMs', resolved.ackGraceMs, 0);
  atLeast('heartbeatIntervalMs', resolved.heartbeatIntervalMs, 10);
  atLeast('eventBytesMax', resolved.eventBytesMax, 1_024);
  atLeast('stopTimeoutMs', resolved.stopTimeoutMs, 0);
  return resolved;
}

function atLeast(name: string, value: number, min: number): void {
  if (Number.isFinite(value) && value >= min) return;
  throw new TaskwireError('setting_invalid', `${name}: expected a number of at least ${min}, got ${value}`);
}

function withoutUndefined(options: TaskStatusNotifierOptions): TaskStatusNotifierOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as TaskStatusNotifierOptions;
}
