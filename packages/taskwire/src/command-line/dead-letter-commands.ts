import type { DeadLetterReason, Lane } from '@taskwire/listener';
import type { CommandGroup } from './command.ts';
import { json, limit } from './shared-options.ts';

/** Those of the store, which is not loaded for a word of help: a test compares. */
export const REASONS = [
  'not_utf8',
  'not_json',
  'not_an_object',
  'too_large',
  'too_deep',
  'invalid_field',
  'invalid_text',
  'non_finite_number',
  'timestamp_out_of_range',
  'unknown_schema_version',
  'expired',
  'signature_invalid',
  'signature_missing',
  'signature_key_unknown',
  'refused_by_database',
  'event_id_reused',
  'kills_the_listener',
] as const satisfies readonly DeadLetterReason[];

export const LANES = [
  'stream',
  'list',
  'channel',
  'http',
  'replay',
  'reconciler',
] as const satisfies readonly Lane[];

const filters = {
  reason: { type: 'string', value: '<reason>', description: 'only those', choices: REASONS },
  lane: { type: 'string', value: '<lane>', description: 'only those that came by it', choices: LANES },
  task: { type: 'string', value: '<task_request_id>', description: 'only those of this task' },
} as const;

const bulk = {
  ...filters,
  all: { type: 'boolean', description: 'all that are open' },
  yes: { type: 'boolean', short: 'y', description: 'do not ask' },
  json,
} as const;

export const DEAD_LETTERS: CommandGroup = {
  name: 'dead-letters',
  summary: 'show events that could not be applied, apply them after all, or put them aside',
  commands: [
    {
      name: 'list',
      takes: '',
      summary: 'list them, newest first',
      options: {
        ...filters,
        state: {
          type: 'string',
          value: '<state>',
          description: 'only those',
          choices: ['open', 'replayed', 'discarded'],
        },
        limit,
        json,
      },
      run: async (input) => (await import('../commands/dead-letters/list.ts')).listDeadLetters(input),
    },
    {
      name: 'show',
      takes: '<id>',
      summary: 'show one with its payload',
      options: { json },
      run: async (input) => (await import('../commands/dead-letters/show.ts')).showDeadLetter(input),
    },
    {
      name: 'replay',
      takes: '[<id>...]',
      summary: 'apply them, each once: those with these ids, or all that match a filter',
      options: bulk,
      exitCodes: { 1: 'some could not be applied' },
      examples: [
        'taskwire dead-letters replay 17 18',
        'taskwire dead-letters replay --reason unknown_schema_version',
      ],
      run: async (input) => (await import('../commands/dead-letters/settle.ts')).replayDeadLetters(input),
    },
    {
      name: 'discard',
      takes: '[<id>...]',
      summary: 'put them aside: those with these ids, or all that match a filter',
      details: 'They stay in the table, marked, until the retention takes them.',
      options: bulk,
      run: async (input) => (await import('../commands/dead-letters/settle.ts')).discardDeadLetters(input),
    },
  ],
};
