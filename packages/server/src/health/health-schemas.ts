import { READY } from '../examples/overview-examples.ts';

/**
 * The answers of the health routes as plain JSON Schema: a listener by itself has these routes only, and the library
 * that the other schemas are written with would be a fifth of its memory.
 */
export const LivenessSchema = {
  type: 'object',
  title: 'Liveness',
  description: 'It runs.',
  examples: [{ alive: true }],
  required: ['alive'],
  properties: { alive: { type: 'boolean', const: true } },
} as const;

const STATE = { type: 'string', enum: ['ok', 'degraded', 'down'] } as const;

export const ReadinessSchema = {
  type: 'object',
  title: 'Readiness',
  description: 'How each part is.',
  examples: [READY],
  required: ['ready', 'state', 'parts'],
  properties: {
    ready: {
      type: 'boolean',
      description: 'whether requests should come here; false is answered with 503',
    },
    state: { ...STATE, description: 'the worst of the parts' },
    parts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['part', 'state', 'since', 'detail', 'meaning'],
        properties: {
          part: { type: 'string' },
          state: STATE,
          since: { type: 'string', description: 'when it got into this state, RFC 3339 in UTC' },
          detail: { type: 'string', description: 'what is the matter' },
          meaning: { type: 'string', description: 'what it means for tasks and events' },
        },
      },
    },
  },
} as const;
