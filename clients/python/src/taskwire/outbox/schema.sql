-- The outbox of one worker process. Applied to a new file, and to one of version 1, which has no segments;
-- user_version is the version of this schema.
-- An event's id is its publisher's base_id plus its sequence: one process writes at a time, so the events of one
-- publisher lie side by side, and a range of sequences is a range of ids.
CREATE TABLE IF NOT EXISTS publishers (
  base_id INTEGER PRIMARY KEY,
  publisher_id TEXT NOT NULL UNIQUE,
  -- The file it began in (device, inode, boot of the host): what tells a copy from the original.
  file_identity TEXT NOT NULL,
  -- Events up to this sequence are acknowledged, out of their grace time, and deleted.
  deleted_to INTEGER NOT NULL DEFAULT 0,
  -- The last acknowledgement, JSON. Which events are done is read from it; no event is ever updated.
  ack TEXT
) STRICT;

-- Events of one publisher whose sequences follow each other, one or many. Written as a whole, deleted as a whole.
CREATE TABLE IF NOT EXISTS segments (
  first_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  -- One behind the other: length (4 bytes), length of the event_id (2), sequence (8, floating point), event_id, payload,
  -- sequence again; little-endian and UTF-8. The length is that of all of it.
  records BLOB NOT NULL
) STRICT;

PRAGMA user_version = 2;
