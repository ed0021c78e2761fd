import type { CommandOption } from './command.ts';

/** Options that several commands have, the same in each. */
export const json = {
  type: 'boolean',
  description: 'one JSON object a line',
} as const satisfies CommandOption;

export const limit = {
  type: 'string',
  value: '<n>',
  description: 'at most so many (50)',
} as const satisfies CommandOption;
