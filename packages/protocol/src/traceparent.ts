/** The parts of a traceparent of W3C Trace Context, level 2, section 3.2. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that whatever follows is a child of. */
  readonly spanId: string;
  /** Whether whoever began the trace records it. */
  readonly sampled: boolean;
}

/** Ids of zeros and version ff are invalid by the specification. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The text where it is a traceparent, null where it is not. As the specification says, what is not one is left out and
 * nothing else happens: the status of a task matters more than its trace.
 */
export const readTraceparent = (value: unknown): string | null =>
  typeof value === 'string' && TRACEPARENT.test(value) ? value : null;

/** @param traceparent one that {@link readTraceparent} let pass */
export const traceContextOf = (traceparent: string): TraceContext => ({
  traceId: traceparent.slice(3, 35),
  spanId: traceparent.slice(36, 52),
  sampled: isSampled(traceparent),
});

/** The lowest of the flags. @param traceparent one that {@link readTraceparent} let pass */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.charAt(54), 16) & 1) === 1;
