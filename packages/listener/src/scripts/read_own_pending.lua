-- Own entries that were delivered and never settled, with how often each has been delivered, this time included.
--
-- KEYS[1] stream
-- ARGV    consumer group, own consumer, the id after which to begin ('0-0' at the beginning), how many at most
-- Result  {entries as XRANGE gives them (fields are false where the entry itself is gone), their delivery counts}
local reply = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[4], 'STREAMS', KEYS[1], ARGV[3])
if not reply or not reply[1] then
  return { {}, {} }
end
local entries = reply[1][2]
local counts = {}
for i, entry in ipairs(entries) do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)
  counts[i] = pending[1] and pending[1][4] or 1
end
return { entries, counts }
