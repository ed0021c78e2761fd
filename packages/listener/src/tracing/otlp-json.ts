import type { Attributes, Span } from './span.ts';

const KINDS = { internal: 1, consumer: 5 } as const satisfies Record<Span['kind'], number>;
const STATUS_ERROR = 2;

/** The body of an OTLP/HTTP request with these spans: ExportTraceServiceRequest as JSON, ids in hexadecimal. */
export const otlpRequestOf = (spans: readonly Span[], resource: Attributes): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: '@taskwire/listener' }, spans: spans.map(otlpSpan) }],
      },
    ],
  });

const otlpSpan = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: nanoseconds(span.startMs),
  endTimeUnixNano: nanoseconds(span.endMs),
  attributes: keyValues(span.attributes),
  links: span.links,
  status: span.error === undefined ? {} : { code: STATUS_ERROR, message: span.error },
});

/** A number of JSON could not hold them; microseconds it can. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
