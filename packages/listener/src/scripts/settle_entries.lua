-- Acknowledges and deletes entries of the stream: they are in the database. Unknown ones do no harm.
--
-- KEYS[1] stream
-- ARGV    consumer group, the ids with a space between each: as one text they cost sender and server least
-- Result  how many were acknowledged
local stream, group = KEYS[1], ARGV[1]
local ids = {}
for id in string.gmatch(ARGV[2], '%S+') do
  ids[#ids + 1] = id
end

-- Lua hands over a few thousand values at once.
local function for_all(command, ...)
  local sum = 0
  for from = 1, #ids, 1000 do
    local arguments = {...}
    for i = from, math.min(from + 999, #ids) do
      arguments[#arguments + 1] = ids[i]
    end
    sum = sum + redis.call(command, stream, unpack(arguments))
  end
  return sum
end

local function parse(id)
  local ms, number = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(number)
end
local function is_before(a, b)
  local a_ms, a_number = parse(a)
  local b_ms, b_number = parse(b)
  return a_ms < b_ms or (a_ms == b_ms and a_number < b_number)
end

-- One by one they cost as much as it took to add them. Whole nodes of the stream go at once where everything before has
-- been settled as well: the group delivers in order, so that whatever is before an entry that it delivered, and pending
-- with nobody, is done with. Where some of these are not its own (it was made again meanwhile), that is not known.
local function trim()
  local last = ids[1]
  for i = 2, #ids do
    if is_before(last, ids[i]) then
      last = ids[i]
    end
  end
  local pending = redis.call('XPENDING', stream, group)
  local first_left = pending[1] > 0 and pending[2]
  if first_left and is_before(first_left, last) then
    return false
  end
  local ms, number = parse(last)
  -- Refused where this user may not: rights are given out less often than releases.
  local reply = redis.pcall('XTRIM', stream, 'MINID', string.format('%.0f-%.0f', ms, number + 1))
  return type(reply) == 'number'
end

local acknowledged = for_all('XACK', group)
if #ids > 0 and not (acknowledged == #ids and trim()) then
  for_all('XDEL')
end
return acknowledged
