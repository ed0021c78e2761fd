import { Redis } from 'ioredis';

/** Publishes as the obvious design does, but on one connection that stays open. */
export function createObviousPublisher(redisUrl: string) {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const pending = new Set<Promise<unknown>>();
  const sent = async (): Promise<void> => {
    await Promise.all(pending);
  };
  return {
    publish(event: object): void {
      const message = JSON.stringify(event);
      for (const command of [
        redis.publish('task_status_events', message),
        redis.lpush('task_status_queue', message),
      ]) {
        pending.add(command);
        void command.finally(() => pending.delete(command));
      }
    },
    sent,
    async stop(): Promise<void> {
      await sent();
      redis.disconnect();
    },
  };
}
