/** A span of OpenTelemetry that has ended, by the words of OTLP. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Unset: the first of its trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** ms since 1970, with a fraction. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly links: readonly SpanLink[];
  /** What went wrong; unset where nothing did. */
  readonly error?: string;
}

export type SpanKind = 'internal' | 'consumer';
export type Attributes = Readonly<Record<string, string | number>>;

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}
