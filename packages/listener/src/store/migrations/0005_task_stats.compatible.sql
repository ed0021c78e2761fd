-- What each replica counted, by time: every replica writes rows of its own, the sums of a span of time so far, so that
-- nobody waits for anybody and writing a row again changes nothing.
-- by_status is in the order PENDING, RUNNING, RETRY, FAILURE, CANCELLED, SUCCESS. The histograms hold how many durations
-- were up to 0.25 ms, up to √2 times that, and so on; zeros at the end are left out.
CREATE TABLE task_stats (
  width_s integer NOT NULL,
  at timestamptz NOT NULL,
  replica text COLLATE "C" NOT NULL,
  by_status integer[] NOT NULL,
  dead_letters integer NOT NULL,
  commit_latency integer[] NOT NULL,
  delivery_latency integer[] NOT NULL,
  run_duration integer[] NOT NULL,
  PRIMARY KEY (width_s, at, replica)
);
