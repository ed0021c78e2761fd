-- Acknowledges and deletes entries of the stream: they are in the database. Unknown ones do no harm.
--
-- KEYS[1] stream
-- ARGV    consumer group, the ids with a space between each: as one text they cost sender and server least
-- Result  how many were deleted
local ids = {}
for id in string.gmatch(ARGV[2], '%S+') do
  ids[#ids + 1] = id
end
local deleted = 0
-- Lua hands over a few thousand values at once.
for from = 1, #ids, 1000 do
  local to = math.min(from + 999, #ids)
  redis.call('XACK', KEYS[1], ARGV[1], unpack(ids, from, to))
  deleted = deleted + redis.call('XDEL', KEYS[1], unpack(ids, from, to))
end
return deleted
