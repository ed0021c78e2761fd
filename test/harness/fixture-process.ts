// What start-process.test.ts runs: says what it was given, starts a process of its own, and stops when told to.
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
process.once('SIGTERM', () => {
  console.log('stopping');
  child.kill();
  process.exit(3);
});
console.error(`arguments: ${process.argv.slice(2).join(' ')}`);
console.log(`settings: ${process.env.REDIS_URL} ${process.env.PORT}`);
console.log(`child: ${child.pid}`);
setInterval(() => {}, 1_000);
