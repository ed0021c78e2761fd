-- What the database holds of these publishers, and what Redis still knows of our sendings.
--
-- KEYS[1] stream   KEYS[2] key of the sending number   KEYS[3] hash of acknowledgements
-- ARGV publisher_ids, at least one
--
-- Returns {previous, length, acks}
--   previous  number of the last sending that Redis remembers, '' where it remembers none
--   length    entries in the stream; -1 where that cannot be told
--   acks      one for each publisher_id, '' where there is none
local previous = redis.pcall('GET', KEYS[2])
if type(previous) ~= 'string' then previous = '' end
local length = redis.pcall('XLEN', KEYS[1])
if type(length) ~= 'number' then length = -1 end
local acks = redis.pcall('HMGET', KEYS[3], unpack(ARGV))
if acks.err then acks = {} end
for i = 1, #ARGV do
  if type(acks[i]) ~= 'string' then acks[i] = '' end
end
return {previous, length, acks}
