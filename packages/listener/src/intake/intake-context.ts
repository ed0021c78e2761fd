import type { ClockWatch } from '../clock/clock-watch.ts';
import type { Failpoints } from '../failpoints.ts';
import type { SignatureCheck } from '../signatures/signature-check.ts';
import type { PublisherProgress } from '../store/batch.ts';
import type { EventIdTexts } from '../store/event-id-texts.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import type { CommitTracing } from '../tracing/commit-tracing.ts';
import type { Announce } from './announce.ts';
import type { CommitContext } from './commit.ts';
import type { Delivery } from './delivery.ts';
import type { Slots } from './slots.ts';

/** What all lanes share. */
export interface IntakeContext extends CommitContext {
  readonly service: Pick<TaskStatusService, 'apply' | 'applyEncoded' | 'encode' | 'earliestMs'>;
  readonly consumer: string;
  /** One at a time: what a listener may die of is tried by one lane while no other lane does so. */
  readonly trials: Slots;
  readonly eventBytesMax: number;
  /** Null where nothing is signed: it costs nothing then. */
  readonly signatures: SignatureCheck | null;
  readonly clock: Pick<ClockWatch, 'nowMs' | 'known'>;
  readonly failpoints: Failpoints;
  /** Null where nobody traces: it costs nothing then. */
  readonly tracing: CommitTracing | null;
  /** Tells the publishers what the database holds now. */
  readonly acknowledge: (publishers: readonly PublisherProgress[]) => void;
  /** Drops the copies that the channel lane holds of these. They are looked at until it returns. */
  readonly dropCopies: (eventIds: readonly string[] | EventIdTexts) => void;
  readonly announce: readonly Announce[];
}

/** What a lane does with the deliveries that are in the database: never hand them out again. */
export type SettleDeliveries = (settled: readonly Delivery[]) => Promise<void>;
