-- Removes the oldest messages from the processing list of one consumer: they are in the database. Those that could not
-- be applied now go back to the queue, behind everything that waits there.
--
-- KEYS[1] own processing list, KEYS[2] queue
-- ARGV    how many are settled or go back, then those that go back, oldest first
-- Result  1; 0 where somebody else has taken the list over meanwhile
local count = tonumber(ARGV[1])
if redis.call('LLEN', KEYS[1]) < count then
  return 0
end
for i = 2, #ARGV do
  redis.call('LPUSH', KEYS[2], ARGV[i])
end
redis.call('LTRIM', KEYS[1], 0, -(count + 1))
return 1
