import { writeFileSync } from 'node:fs';
import { get } from 'node:http';

/** The first argument, as JSON. */
export interface LiveReadersConfig {
  /** Addresses of replicas; each gets all of the following. */
  readonly urls: readonly string[];
  readonly readers: number;
  /** Whether they note what they get, or only read it. */
  readonly isNoting: boolean;
  /** When those who note have all seen the end of it, the process says so. */
  readonly lastTask: string;
  /** Where the notes go when it is told to stop. */
  readonly notesPath: string;
}

/** Which state of which task came, and when (ms since 1970), at a reader of which replica. */
export type LiveNote = readonly [replica: number, taskRequestId: string, status: string, atMs: number];

/** So many connect at once; a server has a queue of its own for more. */
const CONNECTING_MAX = 50;

const config = JSON.parse(process.argv[2] ?? '') as LiveReadersConfig;
const notes: LiveNote[] = [];
let bytes = 0;
let ended = 0;
let unfinished = config.urls.length * config.readers;

const wishes = config.urls.flatMap((url, replica) =>
  Array.from({ length: config.readers }, () => ({ url, replica })),
);
const takeWishes = async (): Promise<void> => {
  for (let wish = wishes.pop(); wish !== undefined; wish = wishes.pop()) await connect(wish);
};
await Promise.all(Array.from({ length: CONNECTING_MAX }, takeWishes));
console.log('ready');
process.once('SIGTERM', () => {
  writeFileSync(config.notesPath, JSON.stringify(notes));
  console.log(`read ${bytes} bytes, ${ended} ended`);
  process.exit();
});

/** Returns when the reader has its place: from then on it is told what happens. */
function connect({ url, replica }: (typeof wishes)[number]): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/api/v1/events`, { agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${url} answered ${response.statusCode}`));
      let rest = '';
      let isWaiting = true;
      response.on('data', (chunk: Buffer) => {
        const atMs = performance.timeOrigin + performance.now();
        bytes += chunk.length;
        if (isWaiting) {
          rest += chunk;
          if (!rest.includes('id: ')) return;
          isWaiting = false;
          resolve();
        } else if (config.isNoting) {
          rest += chunk;
        } else return;
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        if (config.isNoting) for (const block of blocks) note(block, replica, atMs);
      });
      response.once('close', () => ended++);
    });
    request.once('error', reject);
  });
}

function note(block: string, replica: number, atMs: number): void {
  const data = /^data: (\{.*"task_request_id".*)$/m.exec(block)?.[1];
  if (data === undefined) return;
  const { task_request_id, status }: { task_request_id: string; status: string } = JSON.parse(data);
  notes.push([replica, task_request_id, status, atMs]);
  if (task_request_id === config.lastTask && status === 'SUCCESS' && --unfinished === 0) console.log('all');
}
