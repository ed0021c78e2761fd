import { EventV0Schema, EventV1Schema } from './event-schema.ts';

export { EventV0Schema, EventV1Schema };

/**
 * The event as JSON Schema 2020-12, for producers and documents: what schema/event.schema.json holds. It says what a
 * schema can say; limits of size, depth, text and time are in ../vectors.
 */
export function eventJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:taskwire:schema:event',
    title: 'Task status event',
    description:
      'One status change of one task, as JSON on the wire. Unknown fields are ignored. Lengths count Unicode code points.',
    oneOf: [EventV0Schema, EventV1Schema],
  };
}
