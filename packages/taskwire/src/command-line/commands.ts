import type { CommandEntry } from './command.ts';
import { DEAD_LETTERS } from './dead-letter-commands.ts';
import { json, limit } from './shared-options.ts';
import { TAIL, TASKS } from './task-commands.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
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
    options: { json },
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
      json,
    },
    examples: [
      `taskwire publish report-7 RUNNING --progress 0.5`,
      `taskwire publish report-7 SUCCESS --data '{"result":42}'`,
    ],
    run: async (input) => (await import('../commands/publish.ts')).publish(input),
  },
  TAIL,
  TASKS,
  DEAD_LETTERS,
  {
    name: 'workers',
    takes: '',
    summary: 'list workers by their heartbeat',
    options: { json },
    run: async (input) => (await import('../commands/workers.ts')).workers(input),
  },
  {
    name: 'publishers',
    takes: '',
    summary: 'list publishers, and what is missing of them',
    options: {
      'with-holes': { type: 'boolean', description: 'only those of which something is missing' },
      limit,
      json,
    },
    run: async (input) => (await import('../commands/publishers.ts')).publishers(input),
  },
  {
    name: 'doctor',
    takes: '',
    summary: 'look at Redis, database, clocks, lanes and settings, and say what to do',
    details:
      'Changes nothing. Levels: ok; note (good to know); warning (will hurt some day); problem (hurts now).',
    options: { json },
    exitCodes: { 0: 'nothing worse than a note', 3: 'the worst is a warning', 4: 'the worst is a problem' },
    run: async (input) => (await import('../commands/doctor.ts')).doctor(input),
  },
  {
    name: 'redis-users',
    takes: '',
    summary: 'write the ACL file of Redis: a user for each role, with its rights and no others',
    details:
      'For the names that the settings choose. All users are switched off: a password switches one on. deploy/redis does that.',
    options: {},
    examples: ['taskwire redis-users > users.acl'],
    run: async (input) => (await import('../commands/redis-users.ts')).printRedisUsers(input),
  },
  {
    name: 'completion',
    takes: '<bash|zsh|fish>',
    summary: 'write the script that lets a shell complete commands and options',
    options: {},
    examples: ['eval "$(taskwire completion bash)"', 'taskwire completion fish | source'],
    run: async (input) => (await import('../commands/completion.ts')).completion(input),
  },
];
