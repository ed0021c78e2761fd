import { NestFactory } from '@nestjs/core';
import type { Taskwire } from '@taskwire/server';
import { Application, TASKWIRE } from './application.ts';

const app = await NestFactory.create(Application);

app.use('/taskwire', app.get<Taskwire>(TASKWIRE).handler());
app.enableShutdownHooks();

await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
