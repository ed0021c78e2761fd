-- Removes consumers that hold nothing and have been silent for long. In one script, because deleting a consumer that
-- has taken an entry meanwhile would lose the entry.
--
-- KEYS[1] stream
-- ARGV    consumer group, idle time (ms) from which on a consumer counts as dead, a consumer to remove in any case ('' for none)
-- Result  how many were removed
local removed = 0
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #info, 2 do
    consumer[info[i]] = info[i + 1]
  end
  if consumer.pending == 0 and (consumer.idle >= tonumber(ARGV[2]) or consumer.name == ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    removed = removed + 1
  end
end
return removed
