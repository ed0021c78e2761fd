-- The outbox of one worker process. Applied to a new file; user_version is the version of this schema.
-- An event's id is its publisher's base_id plus its sequence: one process writes at a time, so the events of one
-- publisher lie side by side, a range of sequences is a range of ids, and an insert touches one page.
CREATE TABLE publishers (
  base_id INTEGER PRIMARY KEY,
  publisher_id TEXT NOT NULL UNIQUE,
  -- The file it began in (device, inode, boot of the host): what tells a copy from the original.
  file_identity TEXT NOT NULL,
  -- Events up to this sequence are acknowledged, out of their grace time, and deleted.
  deleted_to INTEGER NOT NULL DEFAULT 0,
  -- The last acknowledgement, JSON. Which events are done is read from it; no event row is ever updated.
  ack TEXT
) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;

PRAGMA user_version = 1;
