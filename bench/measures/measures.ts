import type { Measure } from '../figure.ts';
import { backlog, replicas } from './backlog.ts';
import { bullmqEvents } from './bullmq-events.ts';
import { burst } from './burst.ts';
import { growth } from './growth.ts';
import { latency } from './latency.ts';
import { many } from './many.ts';
import { publishCost } from './publish-cost.ts';

/** In the order of the table. */
export const MEASURES: readonly Measure[] = [
  burst,
  bullmqEvents,
  backlog,
  replicas,
  latency,
  many,
  growth,
  publishCost,
];
