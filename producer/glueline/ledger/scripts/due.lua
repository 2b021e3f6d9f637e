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
local lost = now
if redis.call('LLEN', KEYS[3]) > 0 then
  local watermark = tonumber(redis.call('GET', KEYS[2]) or 0)
  lost = math.min(now, watermark + silence - slack - 1)
end
local messages = {}

local function publish(base, id)
  local holder = redis.call('HGET', base .. ':claims', id)
  if holder and holder ~= 'retry' then redis.call('HINCRBY', base .. ':losses', id, 1) end
  messages[#messages + 1] = redis.call('HGET', base .. ':units', id)
  room = room - 1
  redis.call('HDEL', base .. ':claims', id)
  redis.call('ZADD', base .. ':open', whole(now + silence), id)
end

for _, base in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  -- Claims on their own: they must not wait behind units that only wait in a long queue.
  for _, id in ipairs(redis.call('HKEYS', base .. ':claims')) do
    local due = tonumber(redis.call('ZSCORE', base .. ':open', id))
    if room > 0 and due <= now then publish(base, id) end
  end
  for _, id in ipairs(redis.call('ZRANGE', base .. ':open', '-inf', whole(lost), 'BYSCORE',
    'LIMIT', 0, room)) do
    publish(base, id)
  end
end
return messages
