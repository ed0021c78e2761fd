import type { Command } from './command.ts';

const json = { type: 'boolean', description: 'one JSON object a line' } as const;

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'up',
    takes: '',
    summary: 'run everything: Redis, database, web process and worker',
    options: {
      once: { type: 'boolean', description: 'run each of the nine tasks once, show how they go, and end' },
    },
    run: async (input) => (await import('../commands/up.ts')).up(input),
  },
  {
    name: 'web',
    takes: '',
    summary: 'run the web process: API and listener',
    options: {},
    run: async (input) => (await import('../commands/web.ts')).web(input),
  },
  {
    name: 'listener',
    takes: '',
    summary: 'run the listener by itself, with health and metrics on PORT',
    options: {},
    run: async (input) => (await import('../commands/listener.ts')).listener(input),
  },
  {
    name: 'worker',
    takes: '',
    summary: 'run the worker',
    options: {},
    run: async (input) => (await import('../commands/worker.ts')).worker(input),
  },
  {
    name: 'migrate',
    takes: '',
    summary: 'bring the schema of the database up to date',
    options: {},
    run: async (input) => (await import('../commands/migrate.ts')).migrateDatabase(input),
  },
  {
    name: 'publish',
    takes: '<task_request_id> <status>',
    summary: 'publish one status change, as a worker does',
    options: {
      data: { type: 'string', value: '<json>', description: 'the data of the event, an object' },
      'task-name': { type: 'string', value: '<name>', description: 'what runs' },
      attempt: { type: 'string', value: '<n>', description: 'which try of the task it is (1)' },
      progress: { type: 'string', value: '<0..1>', description: 'how far a RUNNING task is' },
      'timeout-ms': { type: 'string', value: '<n>', description: 'how long to wait for the database (5000)' },
    },
    run: async (input) => (await import('../commands/publish.ts')).publish(input),
  },
  {
    name: 'dead-letters',
    takes: 'list | replay <id>...',
    summary: 'show events that could not be applied, or apply them after all',
    options: {
      reason: { type: 'string', value: '<reason>', description: 'list: only those' },
      limit: { type: 'string', value: '<n>', description: 'list: at most so many (50)' },
      json,
    },
    run: async (input) => (await import('../commands/dead-letters.ts')).deadLetters(input),
  },
];
