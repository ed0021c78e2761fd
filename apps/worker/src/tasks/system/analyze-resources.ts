import { availableParallelism, cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import Type from 'typebox';
import { readCgroup } from '../../resources/cgroup.ts';
import { cpuUsageBetween } from '../../resources/cpu-usage.ts';
import { findMountPoints, MOUNT_POINTS_MAX, readDisk } from '../../resources/disks.ts';
import { defineTask } from '../../task.ts';

const parameters = Type.Object(
  {
    /** How long the processors are watched. */
    sample_ms: Type.Integer({ minimum: 50, maximum: 60_000, default: 500 }),
    /** Unset: every local file system. */
    mount_points: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4_096, pattern: '^/[^\\u0000]*$' }), {
        minItems: 1,
        maxItems: MOUNT_POINTS_MAX,
      }),
    ),
  },
  { additionalProperties: false },
);

const SLICES = 10;

/** Processors, memory, disks and this process, as the worker sees them. */
export const analyzeResources = defineTask({
  name: 'tasks.web.system.analyze_resources',
  parameters,
  durationMsMax: 90_000,
  async run({ parameters: { sample_ms, mount_points }, report, signal }) {
    const before = cpus();
    const processBefore = process.cpuUsage();
    const startedMs = performance.now();
    for (let slice = 1; slice <= SLICES; slice++) {
      await delay(sample_ms / SLICES, undefined, { signal });
      report((slice / SLICES) * 0.9);
    }
    const elapsedMs = performance.now() - startedMs;
    const after = cpus();
    const processCpu = process.cpuUsage(processBefore);
    const [cgroup, disks] = await Promise.all([
      readCgroup(),
      Promise.all((mount_points ?? (await findMountPoints())).map(readDisk)),
    ]);
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    const memory = process.memoryUsage();
    report(1);
    return {
      cpu: {
        ...cpuUsageBetween(before, after),
        cores: after.length,
        available_parallelism: availableParallelism(),
        model: after[0]?.model ?? null,
        load_average: { one_minute: one, five_minutes: five, fifteen_minutes: fifteen },
        sample_ms: Math.round(elapsedMs),
      },
      memory: {
        total_bytes: totalmem(),
        free_bytes: freemem(),
        used_percent: Math.round((1 - freemem() / totalmem()) * 1_000) / 10,

        available_to_process_bytes: process.availableMemory(),
      },
      cgroup,
      disks,
      process: {
        pid: process.pid,
        uptime_seconds: Math.round(process.uptime()),
        rss_bytes: memory.rss,
        heap_used_bytes: memory.heapUsed,
        cpu_percent: Math.round(((processCpu.user + processCpu.system) / 10 / elapsedMs) * 10) / 10,
      },
      host_uptime_seconds: Math.round(uptime()),
    };
  },
});
