-- Replaces acks that say something else than the database, unless somebody wrote them since they were looked at.
--
-- KEYS[1] hash of acks
-- ARGV    for each publisher: publisher_id, the ack as it was before the database was asked ('' for none), the ack to write
-- Result  how many were written
local written = 0
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  if known == ARGV[i + 1] and known ~= ARGV[i + 2] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    written = written + 1
  end
end
return written
