import { DEAD_LETTER_REASONS } from '@taskwire/listener';
import { EventV0Schema, EventV1Schema } from '@taskwire/protocol/json-schema';
import Type from 'typebox';
import { EVENT_V0, EVENT_V1, INGEST_ANSWER } from '../examples/event-examples.ts';

/** As many a request as one transaction takes. */
export const EVENTS_MAX = 1_000;

const event = Type.Union([EventV0Schema, EventV1Schema], { title: 'Event' });

/** For the document alone: a body is read as a message on the wire is. */
export const IngestSchema = Type.Union([event, Type.Array(event, { maxItems: EVENTS_MAX })], {
  examples: [EVENT_V1, EVENT_V0, [EVENT_V1, EVENT_V0]],
  exampleNames: ['version 1', 'version 0', 'several'],
});

export const IngestAnswerSchema = Type.Object(
  {
    accepted: Type.Integer({ description: 'new in the history, committed' }),
    duplicates: Type.Integer({ description: 'in the history before' }),
    dead_lettered: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'which of the events, from 0' }),
        reason: Type.Enum([...DEAD_LETTER_REASONS]),
        detail: Type.String({ description: 'what is wrong, with which value' }),
      }),
      { description: 'those that cannot be applied: kept as dead letters with lane `http`' },
    ),
  },
  {
    title: 'IngestAnswer',
    description: 'What became of the events; all of it is committed.',
    examples: [INGEST_ANSWER],
  },
);
