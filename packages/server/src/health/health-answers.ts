import type { ListenerMetrics } from '@taskwire/listener';
import type { Actor } from '../access/role.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import { type Readiness, type ReadinessSources, readReadiness, withoutDetails } from './readiness.ts';

/** What health and metrics are answered from. */
export interface HealthSources {
  readonly readiness: ReadinessSources;
  /** Null where no listener runs in this process. */
  readonly metrics: (() => ListenerMetrics) | null;
  /** Whether metrics need nobody known. */
  readonly metricsOpen: boolean;
}

/** For everybody; details that may name hosts and users are for those who are known. */
export async function readinessFor(actor: Actor | null, sources: HealthSources): Promise<Readiness> {
  const readiness = await readReadiness(sources.readiness);
  return actor === null ? withoutDetails(readiness) : readiness;
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const metricsText = async (sources: HealthSources): Promise<string> =>
  prometheusText({
    listener: sources.metrics?.() ?? null,
    residentBytes: process.memoryUsage.rss(),
    parts: (await readReadiness(sources.readiness)).parts,
  });
