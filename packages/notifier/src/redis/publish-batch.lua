-- Sends events of one publisher: each into the stream and onto the channel, in one step.
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

local added = 0
local reason = ''
for i = 6, #ARGV, 3 do
  local reply = redis.pcall('XADD', KEYS[1], '*',
    'event', ARGV[i], 'event_id', ARGV[i + 1], 'publisher_id', publisher_id, 'sequence', ARGV[i + 2])
  if type(reply) == 'table' and reply.err then
    reason = reply.err
    break
  end
  added = added + 1
end

local marked = 0
if added > 0 then
  local reply = redis.pcall('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  if not reply.err then marked = 1 end
end

if ARGV[5] ~= '0' then
  local first = 6
  if ARGV[5] == '2' then first = 6 + 3 * added end
  for i = first, #ARGV, 3 do
    redis.pcall('PUBLISH', ARGV[1], ARGV[i])
  end
end
return {added, reason, previous, marked, ack}
