import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/**
 * So much more may be in use before the whole heap is collected. V8 itself waits for 8 MiB, however small a heap is, or
 * where it does not mark beside everything else (see memory-limits.ts) for something that is allocated as old at once.
 */
const GROWTH_BYTES = 1_048_576;
/** Of a larger heap, which takes longer to look through, more: this part of what it has besides the program. */
const GROWTH_PART = 0.3;
const PROGRAM_BYTES = 8 * 1_048_576;

/**
 * Collects the whole heap as soon as it has grown, looked at each time that the nursery has been emptied: so nothing is done
 * while nothing happens. To be called when the program is loaded, which leaves 3 MiB that only the most thorough kind of
 * collection finds. Without `--expose-gc` it is left to V8.
 */
export function keepHeapSmall(): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  let usedMax = limitAbove(usedBytes());
  const observer = new PerformanceObserver(() => {
    if (usedBytes() <= usedMax) return;
    collect();
    usedMax = limitAbove(usedBytes());
  });
  observer.observe({ entryTypes: ['gc'] });
}

const usedBytes = (): number => getHeapStatistics().used_heap_size;

const limitAbove = (used: number): number =>
  used + Math.max(GROWTH_BYTES, (used - PROGRAM_BYTES) * GROWTH_PART);
