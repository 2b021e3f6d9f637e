-- Seal the groups that are due, so that later changes begin a new batch, and return the sealed
-- batches. A group has one sealed batch at a time; it stays until its runs are open
-- (forget_change.lua), and is not returned twice within `pause`.
--
-- KEYS  1 changes  2 sealed (group -> when to look at it again)
-- ARGV  1 prefix of a group's key  2 how many at the most  3 pause (ms)
-- Returns {group, {field, value, …}} for each

local now = now_ms()
local later = whole(now + ARGV[3])

-- A batch that began later than now was recorded while the clock was ahead.
for _, group in ipairs(redis.call('ZRANGE', KEYS[1], '+inf', '(' .. whole(now), 'BYSCORE', 'REV',
  'LIMIT', 0, 200)) do
  local since = tonumber(redis.pcall('HGET', ARGV[1] .. group, 'since'))
  if since and since > now then redis.call('ZADD', KEYS[1], whole(now), group) end
end
for _, group in ipairs(redis.call('ZRANGE', KEYS[2], '(' .. later, '+inf', 'BYSCORE',
  'LIMIT', 0, 200)) do
  redis.call('ZADD', KEYS[2], whole(now), group)
end

for _, group in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', whole(now), 'BYSCORE',
  'LIMIT', 0, ARGV[2])) do
  if redis.call('ZSCORE', KEYS[2], group) then
    redis.call('ZADD', KEYS[1], later, group)
  else
    redis.call('ZREM', KEYS[1], group)
    -- A group that was deleted by hand must not keep the others from being read.
    if redis.call('TYPE', ARGV[1] .. group).ok == 'hash' then
      redis.call('RENAME', ARGV[1] .. group, ARGV[1] .. group .. ':sealed')
      redis.call('ZADD', KEYS[2], whole(now), group)
    end
  end
end

local batches = {}
for _, group in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', whole(now), 'BYSCORE',
  'LIMIT', 0, ARGV[2])) do
  local fields = redis.pcall('HGETALL', ARGV[1] .. group .. ':sealed')
  if #fields > 0 then
    redis.call('ZADD', KEYS[2], later, group)
    batches[#batches + 1] = {group, fields}
  else
    redis.call('ZREM', KEYS[2], group)
  end
end
return batches
