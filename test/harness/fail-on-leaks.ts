import { after } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

// What taskwire opens: connections, servers, pipes, timers, file watchers. Not what Node itself has under way.
const COUNTED =
  /^(TCPSocketWrap|TCPServerWrap|TLSWrap|PipeWrap|UDPWrap|Timeout|FSEventWrap|Worker|MessagePort)$/;
// What was closed by the last line of the last test may take some turns to be gone, on a busy machine many.
const SETTLE_MS = 10_000;

/**
 * Called at the top of a test file: fails the file when, after its last test, connections, servers or timers remain
 * that keep the process alive, and names their kinds.
 * @param settleMs for so long they may remain
 */
export function failOnLeaks(settleMs = SETTLE_MS): void {
  const before = countResources();
  after(async () => {
    const deadline = performance.now() + settleMs;
    let leaks = leaksSince(before);
    while (leaks.length > 0 && performance.now() < deadline) {
      await nextTurn(); // Not a timer: it would be counted.
      leaks = leaksSince(before);
    }
    if (leaks.length === 0) return;
    console.error(`after the last test of this file there are still: ${leaks.join(', ')}`);
    // What leaked would otherwise keep the file running for ever.
    process.exit(1);
  });
}

function countResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (COUNTED.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function leaksSince(before: ReadonlyMap<string, number>): readonly string[] {
  return [...countResources()]
    .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${more} ${kind}`);
}
