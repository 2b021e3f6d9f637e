-- Find the units that must be published again: those whose holder no longer renews its claim, those
-- that waited long enough for a retry, and those whose message was lost. Runs that cannot go on are
-- ended, and runs that waited for another run begin.
--
-- A message is lost when the queue is empty and the unit was not claimed for `redispatch_after`, or
-- when a unit published `overtake_margin` later was already claimed: the queue is first in, first
-- out.
--
-- KEYS  1 active  2 watermark  3 the queue's list  4 runs
--       5 looked (hash: at, when this ran last; cursor, where it goes on among all runs)
-- ARGV  1 redispatch_after (ms)  2 overtake_margin (ms)  3 how many at the most  4 lease (ms)
--       5 longest life of a run (ms)  6 prefix of a base
-- Returns {sentences about runs that are forgotten, run id, unit id, message, …}
--
-- Clocks step. A unit that is due later than possible was written while the clock was ahead: it is
-- pulled back. After a long gap holders get one more lease, because the gap may be a clock's step.

-- Longest pauses (ms) before a unit is tried again, and before a stopped run is cleaned up again.
local RETRY, CLEANING = 65000, 660000
local CORRECTED, LOOKED_AT, NAMED = 5000, 200, 5

local now, redispatch_after, overtake_margin = now_ms(), tonumber(ARGV[1]), tonumber(ARGV[2])
local room, lease, life = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local found, sentences = {}, {}

-- Of the keys of all runs, one that somebody has overwritten is begun anew.
for i, kind in pairs({[1] = 'set', [2] = 'string', [4] = 'zset', [5] = 'hash'}) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= kind then redis.call('DEL', KEYS[i]) end
end
local watermark = tonumber(redis.call('GET', KEYS[2]) or 0) or 0
if watermark > now then
  watermark = now
  redis.call('SET', KEYS[2], whole(now))
end
local lost = now
if redis.call('LLEN', KEYS[3]) > 0 then
  lost = math.min(now, watermark + redispatch_after - overtake_margin - 1)
end
local at = tonumber(redis.call('HGET', KEYS[5], 'at') or now) or now
local is_after_gap = now - at > math.max(redispatch_after, lease)
redis.call('HSET', KEYS[5], 'at', whole(now))

local function add(base, id, message)
  found[#found + 1] = id_of(base)
  found[#found + 1] = id
  found[#found + 1] = message
  room = room - 1
end

local function publish(base, id)
  local holder = redis.call('HGET', base .. ':claims', id)
  if holder and holder ~= 'retry' then redis.call('HINCRBY', base .. ':losses', id, 1) end
  local message = id == 'finish' and finish_of(base) or redis.call('HGET', base .. ':units', id)
  if not message then
    break_run(base, lost_sentence('the messages of its units'))
    return
  end
  redis.call('HDEL', base .. ':claims', id)
  redis.call('ZADD', base .. ':open', whole(now + redispatch_after), id)
  add(base, id, message)
end

local function forget(base, what)
  for part, _ in pairs(TYPES) do redis.call('DEL', base .. part) end
  redis.call('SREM', KEYS[1], base)
  redis.call('ZREM', KEYS[4], id_of(base))
  sentences[#sentences + 1] = 'run ' .. id_of(base) .. ' is forgotten, and what it wrote stays: '
    .. 'Redis lost ' .. what .. ' (evicted, deleted or overwritten)'
end

-- Open the units of a run that waited for another to end.
local function begin(base)
  local units = redis.call('HGETALL', base .. ':units')
  if #units == 0 then
    break_run(base, lost_sentence('the messages of its units'))
    return
  end
  redis.call('HDEL', base, 'waiting', 'after', 'reason')
  redis.call('HSET', base, 'protected', 1)
  for i = 1, #units, 2 do
    open_unit(base, units[i], units[i + 1], now + redispatch_after)
    add(base, units[i], units[i + 1])
  end
end

-- Count a run's age by the time between two calls of this script, so that a step of the clock does
-- not end it. No time counts while it is not called.
local function has_outlived(base)
  local run = redis.call('HMGET', base, 'age', 'seen')
  local age, seen, step = tonumber(run[1] or 0), tonumber(run[2] or now), math.min(60000, life / 10)
  if not run[2] or seen > now then redis.call('HSET', base, 'seen', whole(now)) end
  if now - seen >= step then
    age = age + math.min(now - seen, math.max(10000, 2 * step))
    redis.call('HSET', base, 'age', whole(age), 'seen', whole(now))
  end
  return age > life and redis.call('HEXISTS', base .. ':claims', 'finish') == 0
end

local function too_old(base)
  local open = redis.call('ZCARD', base .. ':open')
  local names = {}
  for i, id in ipairs(redis.call('ZRANGE', base .. ':open', 0, NAMED - 1)) do
    names[i] = string.sub(id, 1, 200)
  end
  return string.format(
    'the run did not end within %.0f s (run_timeout); %d of its units were open: %s',
    life / 1000, open, table.concat(names, ', ')) .. (open > #names and ' …' or '')
end

-- Pull back units that are due later than possible.
local function correct(base, is_running)
  local longest = math.max(lease, tonumber(redis.call('HGET', base, 'lease') or 0))
  local late = '(' .. whole(now + math.min(redispatch_after, longest))
  for _, id in ipairs(redis.call('ZRANGE', base .. ':open', late, '+inf', 'BYSCORE',
    'LIMIT', 0, CORRECTED)) do
    local holder = redis.call('HGET', base .. ':claims', id)
    local due = tonumber(redis.call('ZSCORE', base .. ':open', id))
    local right = redispatch_after
    if holder == 'retry' then
      right = math.max(is_running and RETRY or CLEANING, redispatch_after)
    elseif holder then
      right = longest
    end
    if due > now + right then
      local new = holder == 'retry' and now or now + right
      redis.call('ZADD', base .. ':open', whole(new), id)
    end
  end
end

local function look_after(base)
  local run = redis.call('HMGET', base, 'state', 'created_at', 'waiting', 'after')
  if not run[1] then return forget(base, 'its entry') end
  if run[2] then redis.call('ZADD', KEYS[4], 'NX', run[2], id_of(base)) end
  if run[1] == 'running' then
    if run[3] then
      if not is_going_on(run[4]) then begin(base) end
      return
    end
    -- Only the type matters: an error means that the key was overwritten.
    redis.call('HLEN', base .. ':attempts')
    redis.call('HLEN', base .. ':losses')
    redis.call('LLEN', base .. ':warnings')
    local part = lost_part(base)
    if part then
      break_run(base, lost_sentence(part))
    elseif has_outlived(base) then
      break_run(base, too_old(base))
    end
  elseif redis.call('ZCARD', base .. ':open') == 0 then
    open_unit(base, 'finish', finish_of(base), now)
  end
  correct(base, run[1] == 'running')
  -- Claims on their own: they must not wait behind units that only wait in a long queue.
  for _, id in ipairs(redis.call('HKEYS', base .. ':claims')) do
    local due = tonumber(redis.call('ZSCORE', base .. ':open', id))
    if not due then
      redis.call('HDEL', base .. ':claims', id)
    elseif due <= now and is_after_gap then
      redis.call('ZADD', base .. ':open', whole(now + lease), id)
    elseif due <= now and room > 0 then
      publish(base, id)
    end
  end
  if room <= 0 then return end
  for _, id in ipairs(redis.call('ZRANGE', base .. ':open', '-inf', whole(lost), 'BYSCORE',
    'LIMIT', 0, room)) do
    publish(base, id)
  end
end

-- Whether an error comes of what a key holds, and not of the server's state.
local function is_damage(err)
  local text = type(err) == 'table' and err.err or tostring(err)
  return string.find(text, 'WRONGTYPE', 1, true) or string.find(text, 'is not a', 1, true)
    or string.find(text, 'attempt to', 1, true)
end

for _, base in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local is_well, err = pcall(look_after, base)
  if not is_well then
    if not is_damage(err) then error(err, 0) end
    break_run(base, lost_sentence('a key'))
    if not is_known(base) then forget(base, 'its entry') end
  end
end

-- What is not among the active runs and should be is found in turn.
local cursor = tonumber(redis.call('HGET', KEYS[5], 'cursor') or 0) or 0
local some = redis.call('ZRANGE', KEYS[4], cursor, cursor + LOOKED_AT - 1)
for _, id in ipairs(some) do
  local base = ARGV[6] .. id
  if redis.pcall('HGET', base, 'state') == 'running'
    or redis.call('EXISTS', base .. ':open') == 1 then
    redis.call('SADD', KEYS[1], base)
  end
end
redis.call('HSET', KEYS[5], 'cursor', #some == LOOKED_AT and cursor + LOOKED_AT or 0)

table.insert(found, 1, sentences)
return found
