-- Which units must be published again: those whose holder fell silent, those that waited long
-- enough for a retry, and those whose message was lost.
--
-- A message is lost when the queue is empty and nobody claimed the unit for `silence`, or when a
-- unit published `slack` later was already claimed: the queue is first in, first out.
--
-- KEYS  1 active  2 watermark  3 the queue's list
-- ARGV  1 silence (ms)  2 slack (ms)  3 how many at the most
-- Returns messages

local now, silence, slack = now_ms(), tonumber(ARGV[1]), tonumber(ARGV[2])
local room = tonumber(ARGV[3])
local watermark = tonumber(redis.call('GET', KEYS[2]) or 0)
local empty = redis.call('LLEN', KEYS[3]) == 0
local messages = {}
for _, base in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if room <= 0 then break end
  local found = redis.call('ZRANGE', base .. ':open', '-inf', whole(now), 'BYSCORE',
    'LIMIT', 0, room, 'WITHSCORES')
  for i = 1, #found, 2 do
    local id, due = found[i], tonumber(found[i + 1])
    local claimed = redis.call('HGET', base .. ':claims', id)
    if claimed or empty or due - silence + slack < watermark then
      local message = redis.call('HGET', base .. ':units', id)
      if message then
        messages[#messages + 1] = message
        room = room - 1
        redis.call('HDEL', base .. ':claims', id)
        redis.call('ZADD', base .. ':open', whole(now + silence), id)
      end
    end
  end
end
return messages
