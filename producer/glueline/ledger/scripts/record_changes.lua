-- Record the changes of events. A group is due once it is quiet, or after a limit.
--
--   <change><group>  hash  batch, since (ms), names (how many), n:<name>, whole, gone
--
-- More names than `limit` are a group as a whole.
--
-- KEYS  1 changes  2 since  3 known events
-- ARGV  1 prefix of a group's key  2 quiet (ms)  3 at the most (ms)  4 limit
--       5 an id for batches that begin now  6 how long (ms) and  7 how many events are known
--       8 JSON [[event, [[group, 'name' | 'whole' | 'gone', name], …]], …]
-- Returns {events noted, events that were known}

local now, limit = now_ms(), tonumber(ARGV[4])

local function forget_names(key)
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 2) == 'n:' then redis.call('HDEL', key, field) end
  end
end

local function mark(key, kind, name)
  if kind ~= 'name' then
    redis.call('HSET', key, kind, 1)
    return
  end
  if redis.call('HEXISTS', key, 'whole') == 1 then return end
  if redis.call('HSETNX', key, 'n:' .. name, 1) == 1
    and redis.call('HINCRBY', key, 'names', 1) > limit then
    redis.call('HSET', key, 'whole', 1)
    forget_names(key)
  end
end

local function touch(group, key)
  local since = tonumber(redis.call('HGET', key, 'since'))
  if since and since > now then
    since = now -- the clock was ahead
    redis.call('HSET', key, 'since', whole(now))
  end
  if not since then
    local batch = ARGV[5] .. '/' .. redis.call('ZCARD', KEYS[2])
    since = now
    redis.call('HSET', key, 'since', whole(now), 'batch', batch)
    redis.call('ZADD', KEYS[2], whole(now), batch)
  end
  redis.call('ZADD', KEYS[1], whole(math.min(now + ARGV[2], since + ARGV[3])), group)
end

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', whole(now - ARGV[6]))
for _, event in ipairs(redis.call('ZRANGE', KEYS[3], '(' .. whole(now), '+inf', 'BYSCORE',
  'LIMIT', 0, 1000)) do
  redis.call('ZADD', KEYS[3], whole(now), event)
end
local noted, known = 0, 0
for _, event in ipairs(cjson.decode(ARGV[8])) do
  -- A client whose connection broke before the answer repeats the command.
  if redis.call('ZADD', KEYS[3], 'NX', whole(now), event[1]) == 0 then
    known = known + 1
  else
    noted = noted + 1
    local touched = {}
    for _, change in ipairs(event[2]) do
      local key = ARGV[1] .. change[1]
      if not touched[key] then touch(change[1], key) end
      touched[key] = true
      mark(key, change[2], change[3])
    end
  end
end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -tonumber(ARGV[7]) - 1)
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return {noted, known}
