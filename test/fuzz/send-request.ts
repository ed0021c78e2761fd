import { type Agent, request } from 'node:http';
import type { FuzzRequest } from './draw-request.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Nothing here takes long but a stream, which never ends. */
const ANSWER_MS_MAX = 30_000;

/** @throws Error where there is no answer */
export function sendRequest(origin: string, sent: FuzzRequest, agent: Agent): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        method: sent.method,
        path: sent.path,
        headers: {
          ...sent.headers,
          ...(sent.body === null ? {} : { 'content-length': String(sent.body.length) }),
        },
        timeout: ANSWER_MS_MAX,
      },
      (incoming) => {
        const contentType = incoming.headers['content-type'] ?? '';
        let text = '';
        const done = (): void => resolve({ status: incoming.statusCode ?? 0, contentType, text });
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
          if (!contentType.startsWith('text/event-stream')) return;
          done();
          incoming.destroy();
        });
        incoming.on('end', done);
        incoming.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_MS_MAX} ms`)));
    outgoing.on('error', reject);
    outgoing.end(sent.body ?? undefined);
  });
}
