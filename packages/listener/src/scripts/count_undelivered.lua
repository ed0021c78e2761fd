-- How many entries of the stream no listener has been given yet. What was given and is settled is deleted.
--
-- KEYS[1] stream
-- ARGV[1] consumer group
-- Result  their number; 0 where there is no stream or no group
local length = redis.pcall('XLEN', KEYS[1])
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
if type(length) ~= 'number' or pending.err then
  return 0
end
return length - pending[1]
