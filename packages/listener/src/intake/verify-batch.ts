import type { SignatureCheck } from '../signatures/signature-check.ts';
import { type DecodedBatch, type DecodedEvent, type DecodedLetter, letterOf } from './decode-deliveries.ts';

/** The step between decoding and the batch, where signatures count. What fails it becomes a dead letter. */
export function verifyBatch(batch: DecodedBatch, check: SignatureCheck): DecodedBatch {
  const events: DecodedEvent[] = [];
  const deadLetters: DecodedLetter[] = batch.deadLetters.map((letter) => ({
    ...letter,
    ...check.accountedAs(letter.delivery),
  }));
  for (const item of batch.events) {
    const found = check.problemOf(item.event, item.delivery);
    if (found === null) {
      events.push(item);
      continue;
    }
    const letter = letterOf(item.delivery, found.reason, found.detail, item.event.task_request_id);
    deadLetters.push({ ...letter, publisher_id: null, sequence: null });
  }
  return { events, deadLetters };
}
