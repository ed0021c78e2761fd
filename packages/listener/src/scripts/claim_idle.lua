-- Takes over entries that stay with a silent consumer, with how often each has been delivered, this time included.
--
-- KEYS[1] stream
-- ARGV    consumer group, own consumer, idle time (ms), where to go on ('0-0' at the beginning), how many at most
-- Result  {where to go on, entries as XRANGE gives them, their delivery counts}
local claimed = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], 'COUNT', ARGV[5])
local counts = {}
for i, entry in ipairs(claimed[2]) do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)
  counts[i] = pending[1] and pending[1][4] or 1
end
return { claimed[1], claimed[2], counts }
