import { Controller, Get, Inject, Module, Post } from '@nestjs/common';
import { createTaskwire, type Taskwire } from '@taskwire/server';

export const TASKWIRE = 'taskwire';

/** Nest starts and stops it with the application, and hands it to whoever asks for it. */
const taskwireProvider = {
  provide: TASKWIRE,
  useFactory: async () => {
    const taskwire = await createTaskwire();
    return { ...taskwire, onModuleInit: taskwire.start, beforeApplicationShutdown: taskwire.stop };
  },
};

class Reports {
  private readonly taskwire: Taskwire;

  constructor(taskwire: Taskwire) {
    this.taskwire = taskwire;
  }

  home() {
    return 'the application';
  }

  async make() {
    const { task_request_id } = await this.taskwire.submit({ task_name: 'make_report' });
    return { task_request_id };
  }
}

export class Application {}

// What decorators do, for a Node that runs TypeScript without a compiler: @Controller() class Reports { @Get('/') home() …
const method = (name: 'home' | 'make') => Object.getOwnPropertyDescriptor(Reports.prototype, name) ?? {};
Get('/')(Reports.prototype, 'home', method('home'));
Post('/reports')(Reports.prototype, 'make', method('make'));
Inject(TASKWIRE)(Reports, undefined, 0);
Controller()(Reports);
Module({ providers: [taskwireProvider], controllers: [Reports] })(Application);
