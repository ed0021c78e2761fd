import { type RedisServerSettings, redisNames, redisNodes, type Settings } from '@taskwire/protocol';
import type { TaskStatusListenerOptions } from './listener-options.ts';
import { readSignatureCheck } from './signatures/read-signature-check.ts';
import type { TaskStatusServiceOptions } from './store/task-status-service.ts';

export type ListenerSettings = RedisServerSettings &
  Pick<
    Settings,
    | 'streamShards'
    | 'channel'
    | 'queue'
    | 'keyPrefix'
    | 'language'
    | 'retentionDays'
    | 'partitions'
    | 'eventBytesMax'
    | 'batchEventsMax'
    | 'claimIdleMs'
    | 'channelHoldMs'
    | 'verifyKeys'
    | 'verifyKeysFile'
    | 'signaturesRequired'
  >;

/** What the settings say to the service and to the listener. @throws TaskwireError `setting_invalid` */
export function optionsOfSettings(settings: ListenerSettings) {
  const { redisUrl, redisCaFile, language, retentionDays, partitions, eventBytesMax } = settings;
  const { batchEventsMax, claimIdleMs, channelHoldMs } = settings;
  const signatures = readSignatureCheck(settings);
  return {
    service: { language, retentionDays, partitions, eventBytesMax, signatures },
    listener: {
      redisUrl,
      redisCaFile,
      redisNodes: redisNodes(settings),
      names: redisNames(settings),
      batchEventsMax,
      claimIdleMs,
      channelHoldMs,
      eventBytesMax,
      ...(signatures === undefined ? {} : { signatures }),
    },
  } satisfies {
    readonly service: TaskStatusServiceOptions;
    readonly listener: Partial<TaskStatusListenerOptions>;
  };
}
