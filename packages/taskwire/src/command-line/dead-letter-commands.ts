import type { DeadLetterReason } from '@taskwire/listener';
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
  'refused_by_database',
  'event_id_reused',
  'kills_the_listener',
] as const satisfies readonly DeadLetterReason[];

const reason = {
  type: 'string',
  value: '<reason>',
  description: 'only those',
  choices: REASONS,
} as const;

export const DEAD_LETTERS: CommandGroup = {
  name: 'dead-letters',
  summary: 'show events that could not be applied, or apply them after all',
  commands: [
    {
      name: 'list',
      takes: '',
      summary: 'list them, newest first',
      options: { reason, limit, json },
      run: async (input) => (await import('../commands/dead-letters.ts')).listDeadLetters(input),
    },
    {
      name: 'replay',
      takes: '<id>...',
      summary: 'apply them, each once',
      options: { json },
      run: async (input) => (await import('../commands/dead-letters.ts')).replayDeadLetters(input),
    },
  ],
};
