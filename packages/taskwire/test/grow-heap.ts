import { constants, PerformanceObserver } from 'node:perf_hooks';
import { keepHeapSmall } from '../src/process/keep-heap-small.ts';

// Makes garbage that outlives the nursery, as what waits for a commit does, and says how often the whole heap was collected.

interface Collection {
  readonly detail?: { readonly kind: number };
}

let collected = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as readonly Collection[]) {
    if (entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collected++;
  }
}).observe({ entryTypes: ['gc'] });
keepHeapSmall();

const GENERATIONS = 1_000;
const KEPT = 10;
// A chain of small objects: an array would be allocated as old at once after a while, at which V8 does look.
interface Link {
  readonly before: Link | null;
  readonly text: string;
}
const waiting: (Link | null)[] = Array.from({ length: KEPT }, () => null);
for (let generation = 0; generation < GENERATIONS; generation++) {
  let last: Link | null = null;
  for (let i = 0; i < 1_000; i++) last = { before: last, text: `${generation}:${i}` };
  waiting[generation % KEPT] = last;
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(`collected ${collected}`);
