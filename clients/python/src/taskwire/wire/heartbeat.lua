-- Writes a worker's heartbeat with the time of Redis, which is the one clock that all workers share.
--
-- KEYS[1] hash of heartbeats
-- ARGV[1] worker_id   ARGV[2] the heartbeat, JSON object without its closing brace   ARGV[3] the worker's clock, ms
--
-- Returns the time of Redis in ms, as text
local time = redis.call('TIME')
local at_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local skew_ms = tonumber(ARGV[3]) - at_ms
local at = string.format('%.0f', at_ms)
redis.call('HSET', KEYS[1], ARGV[1],
  ARGV[2] .. ',"at_ms":' .. at .. ',"clock_skew_ms":' .. string.format('%.0f', skew_ms) .. '}')
return at
