import { readFileSync } from 'node:fs';
import { type Logger, messageOf, type Settings, TaskwireError } from '@taskwire/protocol';
import type { Attributes } from './span.ts';

export type TracingSettings = Pick<
  Settings,
  | 'otlpEndpoint'
  | 'otlpTracesEndpoint'
  | 'otlpHeaders'
  | 'otlpTracesHeaders'
  | 'otlpProtocol'
  | 'otlpCompression'
  | 'otlpTimeoutMs'
  | 'otlpCaFile'
  | 'tracesExporter'
  | 'otelDisabled'
  | 'otelServiceName'
  | 'otelResourceAttributes'
  | 'spanDelayMs'
  | 'spanQueueMax'
>;

/** Where spans go, and what is said of the process that makes them. */
export interface OtlpTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  /** PEM. */
  readonly ca: string | undefined;
  readonly resource: Attributes;
}

/**
 * What the environment variables of OpenTelemetry say.
 * @param serviceName where they name none
 * @returns null where no spans are wanted
 * @throws TaskwireError `setting_invalid`
 */
export function readOtlpTarget(
  settings: TracingSettings,
  serviceName: string,
  logger: Logger,
): OtlpTarget | null {
  const { otlpEndpoint, otlpTracesEndpoint, otlpProtocol, otlpCaFile } = settings;
  const url = otlpTracesEndpoint ?? (otlpEndpoint && `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined || settings.otelDisabled || !settings.tracesExporter.includes('otlp')) return null;
  if (!otlpProtocol.startsWith('http/')) {
    logger.warn(
      { protocol: otlpProtocol },
      'No spans are sent: set OTEL_EXPORTER_OTLP_PROTOCOL to http/json and the endpoint to a port for OTLP over HTTP, which is 4318 as a rule',
    );
    return null;
  }
  return {
    url: new URL(url),
    headers: {
      ...readPairs('OTEL_EXPORTER_OTLP_HEADERS', settings.otlpHeaders),
      ...readPairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS', settings.otlpTracesHeaders),
    },
    gzip: settings.otlpCompression === 'gzip',
    timeoutMs: settings.otlpTimeoutMs,
    ca: otlpCaFile === undefined ? undefined : readCertificates(otlpCaFile),
    resource: {
      'service.name': serviceName,
      ...readPairs('OTEL_RESOURCE_ATTRIBUTES', settings.otelResourceAttributes),
      ...(settings.otelServiceName === undefined ? {} : { 'service.name': settings.otelServiceName }),
      'telemetry.sdk.name': 'taskwire',
      'telemetry.sdk.language': 'nodejs',
    },
  };
}

/** `name=value,name=value`, as W3C Baggage writes it. The values may be secret, so an error shows none. */
function readPairs(setting: string, text: string | undefined): Readonly<Record<string, string>> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair, index) => {
      const [, name, value] = /^\s*([^\s=]+)\s*=(.*)$/.exec(pair) ?? [];
      const decoded = value === undefined ? undefined : decodePercent(value.trim());
      if (name === undefined || decoded === undefined) {
        throw new TaskwireError(
          'setting_invalid',
          `${setting}: expected name=value pairs, comma-separated, got something else as number ${index + 1}`,
        );
      }
      return [name, decoded];
    }),
  );
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TaskwireError(
      'setting_invalid',
      `OTEL_EXPORTER_OTLP_CERTIFICATE: expected a file that can be read: ${messageOf(error)}`,
    );
  }
}
