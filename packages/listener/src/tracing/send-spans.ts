import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OtlpTarget } from './otlp-target.ts';

/** `later`: the same request may pass after a while. `never`: it will not, whoever sends it again. */
export type SendFailure = { readonly again: 'later' | 'never'; readonly detail: string };

/** As the specification of OTLP over HTTP lists them. */
const RETRYABLE: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504]);

const pack = promisify(gzip);

// Imported as modules they would be read through, and fetch with its megabytes is loaded by a look.
const load = createRequire(import.meta.url);
const requestOf = (protocol: string) =>
  protocol === 'https:'
    ? (load('node:https') as typeof import('node:https')).request
    : (load('node:http') as typeof import('node:http')).request;

/** One request with spans. @returns null where they have arrived; never throws */
export async function sendSpans(body: string, target: OtlpTarget): Promise<SendFailure | null> {
  const packed = target.gzip ? await pack(body) : Buffer.from(body);
  return new Promise((resolve) => {
    const sent = requestOf(target.url.protocol)(
      target.url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': packed.byteLength,
          ...(target.gzip ? { 'content-encoding': 'gzip' } : {}),
          ...target.headers,
        },
        signal: AbortSignal.timeout(target.timeoutMs),
        ...(target.ca === undefined ? {} : { ca: target.ca }),
      },
      (answer) => {
        const status = answer.statusCode ?? 0;
        answer.resume();
        answer.once('error', () => {});
        if (status >= 200 && status < 300) resolve(null);
        else resolve({ again: RETRYABLE.has(status) ? 'later' : 'never', detail: `HTTP status ${status}` });
      },
    );
    sent.once('error', (error) => resolve({ again: 'later', detail: error.message }));
    sent.end(packed);
  });
}
