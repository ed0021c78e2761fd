import { setTimeout as delay } from 'node:timers/promises';
import Type from 'typebox';
import { latencyStatistics } from '../../diagnostics/latency-statistics.ts';
import { measureRoundTrip } from '../../diagnostics/round-trip.ts';
import { connectTcp } from '../../network/tcp-connection.ts';
import { defineTask } from '../../task.ts';

const parameters = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 255 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 443 }),
    tries: Type.Integer({ minimum: 1, maximum: 100, default: 5 }),
    /** What is said after the connection, to time the answer; a connection alone is one round trip already. */
    probe: Type.Enum(['connect', 'greeting', 'http', 'echo', 'tls'], { default: 'connect' }),
    timeout_ms: Type.Integer({ minimum: 50, maximum: 10_000, default: 2_000 }),
    interval_ms: Type.Integer({ minimum: 0, maximum: 10_000, default: 100 }),
  },
  { additionalProperties: false },
);

/** How long a TCP connection takes, and the peer's answer where one is asked for, over several tries one after the other. */
export const analyzeNetworkPerformance = defineTask({
  name: 'tasks.web.diagnostics.analyze_network_performance',
  parameters,
  durationMsMax: 3_100_000,
  async run({ parameters: given, report, signal, services: { network } }) {
    const target = network.admit(await network.resolve(given.host, signal), given.port);
    const connectTimes: number[] = [];
    const roundTrips: number[] = [];
    const failures = new Map<string, number>();
    for (let attempt = 1; attempt <= given.tries; attempt++) {
      if (attempt > 1) await delay(given.interval_ms, undefined, { signal });
      const outcome = await connectTcp(target, { timeoutMs: given.timeout_ms, signal });
      if (outcome.state === 'open') {
        connectTimes.push(outcome.connectMs);
        try {
          if (given.probe !== 'connect') {
            const options = {
              probe: given.probe,
              host: hostHeader(given.host),
              timeoutMs: given.timeout_ms,
              signal,
            };
            const roundTrip = await measureRoundTrip(outcome.socket, options);
            if (roundTrip !== undefined) roundTrips.push(roundTrip);
          }
        } finally {
          outcome.socket.destroy();
        }
      } else {
        const reason = `${outcome.state}: ${outcome.detail}`;
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
      }
      report(attempt / given.tries);
    }
    const answers = given.probe === 'connect' ? undefined : roundTrips;
    return {
      host: given.host,
      port: given.port,
      address: target.address,
      tries: given.tries,
      connected: connectTimes.length,
      loss: (given.tries - connectTimes.length) / given.tries,
      connect: latencyStatistics(connectTimes),
      probe: given.probe,
      round_trip: answers === undefined ? null : latencyStatistics(answers),
      round_trip_loss:
        answers === undefined || connectTimes.length === 0 ? null : 1 - answers.length / connectTimes.length,
      failures: [...failures].map(([reason, count]) => ({ reason, count })),
    };
  },
});

/** The host passed the check of its spelling, so it holds nothing that could end the header; IPv6 needs brackets. */
const hostHeader = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
