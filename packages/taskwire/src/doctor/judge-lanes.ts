import { type Finding, note, ok, problem, warning } from './finding.ts';
import type { HeartbeatFacts, LaneFacts } from './lane-facts.ts';

/** A listener that lives asks for more at least this often. */
const CONSUMER_ALIVE_MS = 30_000;
/** An entry is taken, committed and deleted within milliseconds; one this old is stuck. */
const BACKLOG_MS = 10_000;
const BACKLOG_BAD_MS = 60_000;
const WORKER_ALIVE_MS = 30_000;
/** Sent again long before: what is unacknowledged for so long does not get through. */
const UNACKNOWLEDGED_MS = 60_000;
const SKEW_MS = 1_000;

/** What waits between workers and database, and whether anybody is there to carry it. Pure. */
export function judgeLanes(facts: LaneFacts): readonly Finding[] {
  return [
    ...facts.wrongTypes.map((words) =>
      problem(
        'lanes.keys',
        words,
        'Something else uses this name: delete that key, or give taskwire another prefix (TASKWIRE_KEY_PREFIX).',
      ),
    ),
    stream(facts),
    listeners(facts),
    queue(facts),
    channel(facts),
    ...workers(facts),
  ];
}

function stream({ streamLength, oldestMs }: LaneFacts): Finding {
  const check = 'lanes.stream';
  if (streamLength === null || oldestMs === null) {
    return note(
      check,
      'this user may not look at the stream',
      'Run doctor as a user who may read it, such as that of a listener.',
    );
  }
  if (streamLength === 0) return ok(check, 'nothing waits in the stream');
  const words = `${streamLength} entries in the stream, the oldest ${secondsOf(oldestMs)} old`;
  if (oldestMs < BACKLOG_MS) return ok(check, words);
  const judge = oldestMs >= BACKLOG_BAD_MS ? problem : warning;
  return judge(
    check,
    words,
    'See whether a listener runs and its database answers (/health/ready of the web process says why it waits).',
  );
}

function listeners({ consumers, living, streamLength, channelListeners }: LaneFacts): Finding {
  const check = 'lanes.listeners';
  const advice = 'Run taskwire web or taskwire listener with these settings.';
  const reading = (consumers ?? []).filter(({ idleMs }) => idleMs < CONSUMER_ALIVE_MS);
  const names = new Set([...living, ...reading.map(({ name }) => name)]);
  const silent = (consumers ?? []).filter(({ name, pending }) => !names.has(name) && pending > 0);
  const held = silent.reduce((sum, { pending }) => sum + pending, 0);
  if (names.size === 0 && (channelListeners ?? 0) === 0) {
    if (consumers === null && (streamLength ?? 0) === 0) {
      return note(check, 'no listener has read the stream yet, or this user may not see it', advice);
    }
    const words =
      consumers === null
        ? 'no listener has ever read the stream, and events wait in it'
        : 'no listener is alive';
    return problem(check, `${words}${held > 0 ? `; ${held} events stay with dead ones` : ''}`, advice);
  }
  const count = Math.max(1, names.size);
  const words = `${count} listener${count === 1 ? '' : 's'} alive`;
  if (held === 0) return ok(check, words);
  return warning(
    check,
    `${words}; ${held} events stay with ${silent.length} that ${silent.length === 1 ? 'is' : 'are'} silent`,
    'They are taken over after TASKWIRE_CLAIM_IDLE_MS; where that does not happen, the log of a living listener says why.',
  );
}

function queue({ queueLength, orphaned, recovered }: LaneFacts): Finding {
  const check = 'lanes.queue';
  if (queueLength === null)
    return note(
      check,
      'this user may not look at the list of version 0 producers',
      'Run doctor as a user who may read it.',
    );
  if (orphaned + recovered > 0) {
    return warning(
      check,
      `${orphaned + recovered} events of version 0 producers were taken by listeners that died, and are not applied yet`,
      'A living listener recovers them within seconds; where none does, start one.',
    );
  }
  if (queueLength === 0) return ok(check, 'nothing waits in the list of version 0 producers');
  return note(
    check,
    `${queueLength} events wait in the list of version 0 producers`,
    'Look again in a moment: the number has to fall.',
  );
}

function channel({ channelListeners }: LaneFacts): Finding {
  const check = 'lanes.channel';
  if (channelListeners === null)
    return note(
      check,
      'this user may not see who listens to the channel',
      'Run doctor as a user who may run PUBSUB.',
    );
  if (channelListeners > 0) return ok(check, 'the second lane is heard');
  return warning(
    check,
    'nobody listens to the channel: the second lane carries nothing while Redis refuses writes',
    'The leading listener listens to it; see whether one leads (part "leader" in /health/ready).',
  );
}

function workers({ heartbeats }: LaneFacts): readonly Finding[] {
  const check = 'lanes.workers';
  if (heartbeats === null)
    return [note(check, 'this user may not see heartbeats', 'Run doctor as a user who may read them.')];
  const there = heartbeats.filter(({ stopped }) => !stopped);
  const alive = there.filter(({ ageMs }) => ageMs < WORKER_ALIVE_MS);
  // Whoever was started again has its tasks decided by the queue or the reconciler: nothing is left to be done by hand.
  const back = new Set(alive.map(({ worker_container }) => worker_container));
  const silent = there.filter(
    ({ ageMs, running, worker_container }) =>
      ageMs >= WORKER_ALIVE_MS && running > 0 && !back.has(worker_container),
  );
  const findings: Finding[] = [];
  if (silent.length > 0) {
    const left = silent.reduce((sum, { running }) => sum + running, 0);
    findings.push(
      warning(
        check,
        `${namesOf(silent)} fell silent while running ${left === 1 ? 'a task' : `${left} tasks`}`,
        'Start it again, or leave it to the reconciler, which ends its tasks as WorkerLost after the grace time.',
      ),
    );
  }
  const stuck = alive.filter(({ oldest_unacknowledged_ms: age }) => age >= UNACKNOWLEDGED_MS);
  if (stuck.length > 0) {
    const oldest = Math.max(...stuck.map(({ oldest_unacknowledged_ms: age }) => age));
    findings.push(
      warning(
        check,
        `events of ${namesOf(stuck)} are unacknowledged for up to ${secondsOf(oldest)}`,
        'See whether listeners and database keep up; nothing is lost while the outbox has room.',
      ),
    );
  }
  const skewed = alive.filter(({ clock_skew_ms: skew }) => Math.abs(skew) >= SKEW_MS);
  if (skewed.length > 0) {
    const worst = Math.max(...skewed.map(({ clock_skew_ms: skew }) => Math.abs(skew)));
    findings.push(
      warning(
        'clocks.workers',
        `the clock of ${namesOf(skewed)} is off by up to ${secondsOf(worst)}`,
        'Let its machine keep its time by NTP or chrony; events that are more than a day ahead become dead letters.',
      ),
    );
  }
  if (alive.length === 0) {
    findings.push(
      note(
        check,
        'no worker is alive',
        'Run taskwire worker, or your own with a notifier, with these settings.',
      ),
    );
  } else if (findings.length === 0) {
    findings.push(
      ok(
        check,
        `${alive.length} worker${alive.length === 1 ? '' : 's'} alive, outboxes acknowledged, clocks right`,
      ),
    );
  }
  return findings;
}

const NAMED_MAX = 3;

function namesOf(workers: readonly HeartbeatFacts[]): string {
  const names = [...new Set(workers.map(({ worker_container }) => worker_container))];
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const secondsOf = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;
