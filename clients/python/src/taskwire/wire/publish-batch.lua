-- Sends events of one publisher: into the stream, several in an entry, and each onto the channel, in one step.
-- Where Redis refuses to write (full, read-only, failing to save, too few replicas, a key of the wrong type), the
-- channel copy still goes out.
--
-- KEYS[1] stream   KEYS[2] key of the sending number   KEYS[3] hash of acknowledgements
-- ARGV[1] channel  ARGV[2] number of this sending      ARGV[3] lifetime of that number, ms
-- ARGV[4] publisher_id   ARGV[5] 1: publish, 0: the channel had these events not long ago, 2: publish what the
--                        stream does not take
-- ARGV[6] sequence of the first event; those of the others follow on
-- ARGV[7] their event_ids, each 36 characters long, a space between two   ARGV[8..] the events (JSON)
--
-- Returns {added, reason, previous, marked, ack}
--   added     how many events, from the first, are in the stream now
--   reason    why not all: the error of XADD; '' where all are
--   previous  number of the last sending that Redis remembers, '' where it remembers none
--   marked    1 where the number of this sending is remembered
--   ack       the acknowledgement of this publisher, '' where there is none
local publisher_id = ARGV[4]
local previous = redis.pcall('GET', KEYS[2])
local ack = redis.pcall('HGET', KEYS[3], publisher_id)
if type(previous) ~= 'string' then previous = '' end
if type(ack) ~= 'string' then ack = '' end

-- Events that are sent together share entries: what an entry costs is paid once for so many.
local ENTRY_EVENTS_MAX = 16
local ENTRY_BYTES_MAX = 16384

-- Where the events begin and end.
local FIRST = 8
local last = #ARGV

-- The event_ids of so many events from this argument on.
local function event_ids(at, events)
  local with_space = 37
  local before = at - FIRST
  return string.sub(ARGV[7], before * with_space + 1, (before + events) * with_space - 1)
end

-- Adds one entry, which begins with the event at this argument. The reply, and where the next entry begins.
local function add_entry(at)
  local command = {
    'XADD', KEYS[1], '*',
    'event', ARGV[at], 'event_id', '', 'publisher_id', publisher_id, 'sequence', ARGV[6] + at - FIRST,
  }
  local size = #command
  local bytes = #ARGV[at]
  local events = 1
  while at + events <= last and events < ENTRY_EVENTS_MAX do
    local event = ARGV[at + events]
    bytes = bytes + #event
    if bytes > ENTRY_BYTES_MAX then break end
    command[size + 1], command[size + 2] = 'event', event
    size = size + 2
    events = events + 1
  end
  command[7] = event_ids(at, events)
  return redis.pcall(unpack(command)), at + events
end

local at = FIRST
local reason = ''
while at <= last do
  local reply, next_at = add_entry(at)
  if type(reply) == 'table' and reply.err then
    reason = reply.err
    break
  end
  at = next_at
end
local added = at - FIRST

local marked = 0
if added > 0 then
  local reply = redis.pcall('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  if not reply.err then marked = 1 end
end

if ARGV[5] ~= '0' then
  for i = ARGV[5] == '2' and at or FIRST, last do
    redis.pcall('PUBLISH', ARGV[1], ARGV[i])
  end
end
return {added, reason, previous, marked, ack}
