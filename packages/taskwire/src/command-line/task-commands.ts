import { TASK_STATUSES } from '@taskwire/protocol';
import { EXIT_CODES_OF_WAIT } from '../commands/tasks/exit-codes.ts';
import type { Command, CommandGroup } from './command.ts';
import { json, limit } from './shared-options.ts';

const status = {
  type: 'string',
  value: '<status>',
  description: 'only those',
  choices: TASK_STATUSES,
  multiple: true,
} as const;
const name = { type: 'string', value: '<task_name>', description: 'only tasks of this name' } as const;
const timeout = {
  type: 'string',
  value: '<time>',
  description: 'wait no longer than this, such as 90s or 10m',
} as const;
const params = { type: 'string', value: '<json>', description: 'what the task takes, an object' } as const;
const wait = {
  type: 'boolean',
  description: 'wait for its end; the exit code says what became of it',
} as const;

export const TAIL: Command = {
  name: 'tail',
  takes: '',
  summary: 'show changes of tasks as they happen, until Ctrl-C',
  details:
    'Each line is the state that a task has now, after its commit. A connection that breaks is made again, and nothing is missed.',
  options: {
    task: { type: 'string', value: '<task_request_id>', description: 'only this task' },
    name,
    status,
    json,
  },
  examples: ['taskwire tail --status FAILURE --status RETRY', 'taskwire tail --json | jq .task_request_id'],
  run: async (input) => (await import('../commands/tail.ts')).tail(input),
};

export const TASKS: CommandGroup = {
  name: 'tasks',
  summary: 'submit, find, show, wait for, cancel or run again',
  commands: [
    {
      name: 'list',
      takes: '',
      summary: 'list tasks, newest first',
      options: {
        status,
        name,
        worker: { type: 'string', value: '<container>', description: 'only tasks of this worker container' },
        search: { type: 'string', value: '<text>', description: 'only those with it in id, name or error' },
        'error-type': { type: 'string', value: '<type>', description: 'only those that failed so' },
        conflict: { type: 'boolean', description: 'only those whose workers contradict each other' },
        'created-after': { type: 'string', value: '<time>', description: 'RFC 3339' },
        'created-before': { type: 'string', value: '<time>', description: 'RFC 3339' },
        sort: {
          type: 'string',
          value: '<order>',
          description: 'in this order',
          choices: ['-created_at', 'created_at', '-last_status_update', 'last_status_update'],
        },
        limit,
        json,
      },
      examples: ['taskwire tasks list --status FAILURE --created-after 2026-11-24T00:00:00Z'],
      run: async (input) => (await import('../commands/tasks/list.ts')).listTasks(input),
    },
    {
      name: 'show',
      takes: '<task_request_id>',
      summary: 'show a task with its parameters, result, error and history',
      options: { json },
      run: async (input) => (await import('../commands/tasks/show.ts')).showTask(input),
    },
    {
      name: 'run',
      takes: '<task_name>',
      summary: 'submit a task; writes its id',
      options: {
        params,
        id: { type: 'string', value: '<task_request_id>', description: 'its id (a new UUID)' },
        attempts: { type: 'string', value: '<n>', description: 'how often it is tried at most (1)' },
        wait,
        timeout,
        json,
      },
      exitCodes: EXIT_CODES_OF_WAIT,
      examples: ['taskwire tasks run tasks.web.system.analyze_resources --wait'],
      run: async (input) => (await import('../commands/tasks/run.ts')).runTask(input),
    },
    {
      name: 'wait',
      takes: '<task_request_id>',
      summary: 'wait for the end of a task, with its progress',
      options: { timeout, json },
      exitCodes: EXIT_CODES_OF_WAIT,
      run: async (input) => (await import('../commands/tasks/wait.ts')).waitForTask(input),
    },
    {
      name: 'cancel',
      takes: '<task_request_id>',
      summary: 'cancel a task, as far as that is possible',
      details:
        'What waits in the queue is taken out; the worker of a running task is told, and what it does is its business.',
      options: { json },
      exitCodes: { 1: 'it had ended already' },
      run: async (input) => (await import('../commands/tasks/cancel.ts')).cancelTask(input),
    },
    {
      name: 'rerun',
      takes: '<task_request_id>',
      summary: 'run a task again, as a new one that names the old; writes its id',
      options: { params: { ...params, description: 'instead of those of the old one' }, wait, timeout, json },
      exitCodes: EXIT_CODES_OF_WAIT,
      run: async (input) => (await import('../commands/tasks/run.ts')).rerunTask(input),
    },
  ],
};
