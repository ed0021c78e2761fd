import type { Logger } from '@taskwire/protocol';
import type { CommitTracing } from './commit-tracing.ts';
import { readOtlpTarget, type TracingSettings } from './otlp-target.ts';

export interface Tracing extends CommitTracing {
  /** Sends what is there. */
  stop(): Promise<void>;
}

/**
 * Traces of what the listener commits, where the settings of OpenTelemetry name a receiver. What makes and sends spans
 * is loaded only then.
 * @param serviceName where the settings name none
 * @returns null where nothing is traced
 * @throws TaskwireError `setting_invalid`
 */
export async function openTracing(
  settings: TracingSettings,
  serviceName: string,
  logger: Logger,
): Promise<Tracing | null> {
  const target = readOtlpTarget(settings, serviceName, logger);
  if (target === null) return null;
  const { createOtlpTracing } = await import('./otlp-tracing.ts');
  const { spanDelayMs: delayMs, spanQueueMax: spansMax } = settings;
  return createOtlpTracing({ target, delayMs, spansMax, logger, random: Math.random });
}
