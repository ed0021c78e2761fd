import type { KeyObject } from 'node:crypto';
import { type NamedKey, signingKeyId, type TaskEvent, verifyEvent } from '@taskwire/protocol';
import type { DeadLetterReason } from '../store/batch.ts';

export interface SignatureRules {
  /** Those that count now: a key that is taken away is revoked. */
  readonly keys: readonly NamedKey[];
  /**
   * Which events need a signature. One that is there has to be right in any case. `version_1` leaves a door open: what
   * says of itself that it is version 0 needs none.
   */
  readonly required: 'none' | 'version_1' | 'all';
}

export interface SignatureProblem {
  readonly reason: Extract<
    DeadLetterReason,
    'signature_invalid' | 'signature_missing' | 'signature_key_unknown'
  >;
  readonly detail: string;
}

/** Which publisher and which of its events; both or neither. */
export interface Place {
  readonly publisher_id: string | null;
  readonly sequence: number | null;
}

/** A message with what travels beside it. */
export interface SignedMessage extends Place {
  readonly payload: Buffer;
}

/** Decides which events are from whom they say they are. */
export interface SignatureCheck {
  /** Null where the event may pass. */
  problemOf(event: TaskEvent, delivery: SignedMessage): SignatureProblem | null;
  /**
   * Which place of which publisher a message that is no event may take: none that nobody signed. Otherwise whoever can
   * write to the stream could have sequences counted as received that are still on their way.
   */
  accountedAs(delivery: SignedMessage): Place;
}

export function createSignatureCheck({ keys, required }: SignatureRules): SignatureCheck {
  const byId: ReadonlyMap<string, KeyObject> = new Map(keys.map(({ id, key }) => [id, key]));
  const needsOne = (event: TaskEvent): boolean =>
    required === 'all' || (required === 'version_1' && event.schema_version === 1);
  return {
    problemOf: (event, delivery) => {
      const verdict = verifyEvent(delivery.payload, byId);
      switch (verdict) {
        case 'missing':
          return needsOne(event)
            ? problem('signature_missing', 'the event is not signed, and has to be here', event)
            : null;
        case 'key_unknown':
          return problem(
            'signature_key_unknown',
            `signed with the key ${signingKeyId(delivery.payload)}, which is not known here or no longer trusted; replay it when it is`,
            event,
          );
        case 'invalid':
          return problem('signature_invalid', 'the signature does not belong to this event', event);
        case 'valid':
          return isBeside(event, delivery)
            ? null
            : problem(
                'signature_invalid',
                'publisher or sequence beside the event are not those signed',
                event,
              );
      }
    },
    accountedAs: (delivery) => {
      const { publisher_id, sequence, payload } = delivery;
      if (required === 'none') return { publisher_id, sequence };
      const isTheirs = verifyEvent(payload, byId) === 'valid' && names(payload, delivery);
      return isTheirs ? { publisher_id, sequence } : { publisher_id: null, sequence: null };
    },
  };
}

/** What travels beside the event says the same as the event, or nothing. */
const isBeside = (event: TaskEvent, { publisher_id, sequence }: SignedMessage): boolean =>
  publisher_id === null || (publisher_id === event.publisher_id && sequence === event.sequence);

/** For messages that are signed and yet no events: whether their text names this publisher and sequence, and no other. */
function names(payload: Buffer, { publisher_id, sequence }: SignedMessage): boolean {
  const text = payload.toString();
  const publishers = text.match(/"publisher_id" ?: ?"[^"]*"/g) ?? [];
  const sequences = text.match(/"sequence" ?: ?\d+/g) ?? [];
  return (
    publishers.length === 1 &&
    sequences.length === 1 &&
    publishers[0]?.endsWith(`"${publisher_id}"`) === true &&
    Number(sequences[0]?.replace(/\D+/, '')) === sequence
  );
}

/** Who it says it is from cannot be believed, and is told in words only. */
function problem(reason: SignatureProblem['reason'], why: string, event: TaskEvent): SignatureProblem {
  const from =
    event.publisher_id === null ? '' : `; it says it is event ${event.sequence} of ${event.publisher_id}`;
  return { reason, detail: `${why}${from}` };
}
