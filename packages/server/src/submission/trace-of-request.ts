import { readTraceparent } from '@taskwire/protocol';
import type { FastifyRequest } from 'fastify';
import type { TaskWish } from './submit-task.ts';

/** A task goes on with the trace of the request that submits it. */
export const traceOf = ({ headers }: FastifyRequest): Pick<TaskWish, 'traceparent'> => ({
  traceparent: readTraceparent(headers.traceparent),
});
