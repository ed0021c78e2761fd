-- Which of these tasks somebody wants cancelled.
--
-- KEYS[1] sorted set of cancel requests
-- ARGV task_request_ids, at least one
--
-- Returns those of them that are in the set
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local scores = redis.call('ZMSCORE', KEYS[1], unpack(ARGV))
local wanted = {}
for i = 1, #ARGV do
  if scores[i] then wanted[#wanted + 1] = ARGV[i] end
end
return wanted
