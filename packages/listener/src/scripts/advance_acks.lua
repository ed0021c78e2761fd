-- Writes acks that say more than the ones that are there.
--
-- Replicas commit for the same publisher side by side and their answers overtake each other. What the database holds of
-- one publisher only grows, so of two acks the one that counts more events is the later one.
--
-- KEYS[1] hash of acks
-- ARGV    for each publisher: publisher_id, count of events it stands for, the ack as JSON
-- Result  how many were written
local written = 0
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local count = -1
  if known then
    local readable, ack = pcall(cjson.decode, known)
    if readable and type(ack) == 'table' and type(ack.highest) == 'number' then
      count = ack.highest
      for _, range in ipairs(ack.missing or {}) do
        count = count - (range[2] - range[1] + 1)
      end
    end
  end
  if tonumber(ARGV[i + 1]) > count then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    written = written + 1
  end
end
return written
