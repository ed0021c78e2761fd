import type { Browser, Page } from 'playwright-core';

export interface Busy {
  /** CPU time of the longest task of the page's main thread, ms. */
  readonly longestTaskCpuMs: number;
  /** The same by the clock on the wall, which also counts while other programs have the processor. */
  readonly longestTaskMs: number;
  /** CPU time of all tasks, per second. */
  readonly cpuMsPerS: number;
  /** How much of what was seen moved by itself: the sum that browsers call cumulative layout shift. */
  readonly layoutShift: number;
  /** What moved, each time. */
  readonly moved: readonly string[];
}

/** Not among the types of the language's own library yet. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRect;
    readonly currentRect: DOMRect;
  }[];
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** µs by the wall, and of CPU. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * What the page's main thread did meanwhile. Told by the browser's own trace, since what scripts can measure is time on the
 * wall: on a machine that does other things a task that waits for the processor looks like one that works.
 */
export async function watchMainThread(
  browser: Browser,
  page: Page,
  meanwhile: () => Promise<void>,
): Promise<Busy> {
  const shifts = await page.evaluateHandle(() => {
    const seen = { sum: 0, moved: [] as string[] };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        seen.sum += entry.value;
        const nodes = entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
          const words = (node?.textContent ?? '').slice(0, 30);
          return `${node?.nodeName} "${words}" ${from.x},${from.y} to ${to.x},${to.y}`;
        });
        seen.moved.push(`${entry.value.toFixed(3)} ${nodes.join(', ')}`);
      }
    }).observe({ type: 'layout-shift' });
    return seen;
  });
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const begunAt = performance.now();
  await meanwhile();
  const seconds = (performance.now() - begunAt) / 1_000;
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  const isThread = new Set(
    trace.traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = trace.traceEvents.filter(
    ({ name, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && isThread.has(`${pid} ${tid}`),
  );
  const longest = (field: 'dur' | 'tdur') => Math.max(0, ...tasks.map((task) => task[field] ?? 0)) / 1_000;
  const { sum, moved } = await shifts.jsonValue();
  return {
    longestTaskCpuMs: longest('tdur'),
    longestTaskMs: longest('dur'),
    cpuMsPerS: tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1_000 / seconds,
    layoutShift: sum,
    moved,
  };
}
