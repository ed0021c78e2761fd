-- Sends events of one publisher: into the stream, several in an entry, and each onto the channel, in one step.
-- Where Redis refuses to write (full, read-only, failing to save, too few replicas, a key of the wrong type), the
-- channel copy still goes out.
--
-- KEYS[1] stream   KEYS[2] key of the sending number   KEYS[3] hash of acknowledgements
-- ARGV[1] channel  ARGV[2] number of this sending      ARGV[3] lifetime of that number, ms
-- ARGV[4] publisher_id   ARGV[5] 1: publish, 0: the channel had these events not long ago, 2: publish what the
--                        stream does not take
-- ARGV[6..] three for each event: event (JSON), event_id, sequence
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

-- Adds one entry, which begins with the event at this argument. The reply, and where the next entry begins.
local function add_entry(at)
  local command = {
    'XADD', KEYS[1], '*',
    'event', ARGV[at], 'event_id', ARGV[at + 1], 'publisher_id', publisher_id, 'sequence', ARGV[at + 2],
  }
  local size = #command
  local bytes = #ARGV[at]
  local events = 1
  at = at + 3
  while at < #ARGV and events < ENTRY_EVENTS_MAX and bytes + #ARGV[at] <= ENTRY_BYTES_MAX do
    command[size + 1], command[size + 2] = 'event', ARGV[at]
    command[size + 3], command[size + 4] = 'event_id', ARGV[at + 1]
    command[size + 5], command[size + 6] = 'sequence', ARGV[at + 2]
    size = size + 6
    bytes = bytes + #ARGV[at]
    events = events + 1
    at = at + 3
  end
  return redis.pcall(unpack(command)), at
end

local first = 6
local at = first
local reason = ''
while at < #ARGV do
  local reply, next_at = add_entry(at)
  if type(reply) == 'table' and reply.err then
    reason = reply.err
    break
  end
  at = next_at
end
local added = (at - first) / 3

local marked = 0
if added > 0 then
  local reply = redis.pcall('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  if not reply.err then marked = 1 end
end

if ARGV[5] ~= '0' then
  if ARGV[5] == '2' then first = at end
  for i = first, #ARGV, 3 do
    redis.pcall('PUBLISH', ARGV[1], ARGV[i])
  end
end
return {added, reason, previous, marked, ack}
