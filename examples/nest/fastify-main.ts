import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Taskwire } from '@taskwire/server';
import { Application, TASKWIRE } from './application.ts';

const app = await NestFactory.create<NestFastifyApplication>(Application, new FastifyAdapter());

await app.register(app.get<Taskwire>(TASKWIRE).fastify, { prefix: '/taskwire' });
app.enableShutdownHooks();

await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
