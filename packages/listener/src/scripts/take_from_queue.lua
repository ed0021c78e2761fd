-- Takes messages off the queue (or off the recovered list), oldest first, into the processing list of one consumer, and says that it is alive.
-- What its processing list holds already comes first: it was taken before, and its answer may never have arrived.
--
-- KEYS[1] queue (LPUSH puts the newest first), KEYS[2] own processing list (newest first), KEYS[3] sorted set of consumers
-- ARGV    own consumer, how many at most, how many bytes at most
-- Result  messages, oldest first
local now = redis.call('TIME')
redis.call('ZADD', KEYS[3], now[1] * 1000 + math.floor(now[2] / 1000), ARGV[1])
local count_max = tonumber(ARGV[2])
local bytes_max = tonumber(ARGV[3])
local taken = {}
local bytes = 0
for _, message in ipairs(redis.call('LRANGE', KEYS[2], -count_max, -1)) do
  table.insert(taken, 1, message)
  bytes = bytes + #message
end
-- Only the whole processing list may be topped up: what is settled is counted from its old end.
while #taken < count_max and bytes < bytes_max do
  local message = redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'LEFT')
  if not message then
    break
  end
  table.insert(taken, message)
  bytes = bytes + #message
end
return taken
