import { backoffMs, type Logger } from '@taskwire/protocol';
import { otlpRequestOf } from './otlp-json.ts';
import type { OtlpTarget } from './otlp-target.ts';
import { sendSpans } from './send-spans.ts';
import type { Span } from './span.ts';

/** Spans on their way out: bounded, and of no consequence for events. */
export interface SpanQueue {
  /** How many more there is room for. */
  readonly room: number;
  /** What there is no room for is dropped. @param dropped how many were not even made */
  add(spans: readonly Span[], dropped: number): void;
  /** Sends what is there, once. */
  stop(): Promise<void>;
}

export interface SpanQueueOptions {
  readonly target: OtlpTarget;
  /** How long spans are collected before they are sent. */
  readonly delayMs: number;
  readonly spansMax: number;
  readonly logger: Logger;
  readonly random: () => number;
}

/** As the SDKs of OpenTelemetry; more than that are sent without waiting. */
const SPANS_PER_REQUEST = 512;
const RETRY = { firstMs: 1_000, factor: 2, maxMs: 30_000 };
/** A receiver that is away for hours fills no log. */
const LOG_INTERVAL_MS = 60_000;
/** The promise for the stop of the whole process is 5 s. */
const STOP_MS_MAX = 1_000;

export function createSpanQueue(options: SpanQueueOptions): SpanQueue {
  const { target, logger, spansMax } = options;
  let waiting: Span[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<boolean> | undefined;
  let failures = 0;
  let dropped = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  /** @returns whether to go on at once */
  async function sendSome(): Promise<boolean> {
    const spans = waiting.slice(0, SPANS_PER_REQUEST);
    if (spans.length === 0) return false;
    const failure = await sendSpans(otlpRequestOf(spans, target.resource), target);
    if (failure?.again !== 'later') waiting = waiting.slice(spans.length);
    failures = failure === null ? 0 : failures + 1;
    if (failure?.again === 'never') dropped += spans.length;
    if (failure !== null || dropped > 0) complain(failure?.detail ?? 'they come faster than they are sent');
    return failure === null && waiting.length >= SPANS_PER_REQUEST;
  }

  function complain(problem: string): void {
    if (performance.now() - loggedAt < LOG_INTERVAL_MS) return;
    loggedAt = performance.now();
    logger.warn(
      { problem, waiting: waiting.length, dropped },
      'Spans could not be sent; no event is concerned',
    );
    dropped = 0;
  }

  /** Unless the next time is fixed already. */
  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      sending = sendSome().then((goOn) => {
        sending = undefined;
        if (waiting.length === 0) return goOn;
        schedule(goOn ? 0 : failures > 0 ? backoffMs(RETRY, failures, options.random()) : options.delayMs);
        return goOn;
      });
    }, ms);
    timer.unref();
  }

  function scheduleNow(): void {
    clearTimeout(timer);
    timer = undefined;
    schedule(0);
  }

  return {
    get room() {
      return spansMax - waiting.length;
    },
    add: (spans, notMade) => {
      const taken = spans.slice(0, spansMax - waiting.length);
      dropped += notMade + spans.length - taken.length;
      waiting.push(...taken);
      if (sending !== undefined) return;
      if (waiting.length < SPANS_PER_REQUEST || failures > 0) schedule(options.delayMs);
      else scheduleNow();
    },
    stop: async () => {
      clearTimeout(timer);
      const patience = AbortSignal.timeout(STOP_MS_MAX);
      const outOfTime = new Promise<void>((resolve) => {
        patience.addEventListener('abort', () => resolve(), { once: true });
      });
      const sendAll = async (): Promise<void> => {
        await sending;
        clearTimeout(timer);
        while (await sendSome());
        // The rest that fills no request.
        await sendSome();
      };
      await Promise.race([sendAll(), outOfTime]);
      clearTimeout(timer);
    },
  };
}
