-- How much waits in the lanes.
--
-- KEYS    stream; list, where it is on the same node
-- Result  {entries in the stream, id of the oldest ('' for none), length of the list, Redis time (s), its microseconds}
local function ask(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    return nil
  end
  return reply
end
local first = ask('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local now = redis.call('TIME')
return {
  ask('XLEN', KEYS[1]) or 0,
  first and first[1] and first[1][1] or '',
  KEYS[2] and ask('LLEN', KEYS[2]) or 0,
  now[1],
  now[2],
}
