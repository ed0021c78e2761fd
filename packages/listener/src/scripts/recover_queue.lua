-- Puts what a silent consumer had taken to the old end of the list of recovered messages, and forgets the consumer.
--
-- KEYS[1] processing list of the silent consumer, KEYS[2] recovered list, KEYS[3] sorted set of consumers
-- ARGV    that consumer, silence (ms) from which on it counts as dead, how many messages at most
-- Result  {how many were put there, 1 when nothing is left of it}
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local alive_at = redis.call('ZSCORE', KEYS[3], ARGV[1])
if alive_at and now_ms - tonumber(alive_at) < tonumber(ARGV[2]) then
  return { 0, 1 }
end
local moved = 0
while moved < tonumber(ARGV[3]) do
  if not redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'RIGHT') then
    break
  end
  moved = moved + 1
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { moved, 0 }
end
redis.call('ZREM', KEYS[3], ARGV[1])
return { moved, 1 }
