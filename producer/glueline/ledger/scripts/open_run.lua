-- Open a run with its first units. A running run of the same scope is superseded, unless it has
-- superseded one itself or has waited: that one goes on to its end, and the new run waits for it.
-- Of the runs that wait only the newest is left. So runs that are asked for faster than they end
-- still end, one after the other.
--
-- KEYS  1 base  2 runs  3 active  4 scope  5 generation  6 idempotency
--       (every key has the prefix, which may be all that a user may touch)
-- ARGV  1 run id  2 request  3 source  4 scope label  5 redispatch_after (ms)
--       6 idempotency ttl (ms; 0: not asked for)
--       7 finish message of any run, with the placeholder @run@  8 trace ('' without)
--       9 '1' to open nothing while a run of the same scope goes on
--       10 digest of the request  11 its summary  12… unit id, message, …
-- Returns {run id, generation, what, superseded finish message or false}; what is
--   0  the run of the same idempotency key          1  a new run
--   2  a run that goes on instead                   3  the key belongs to another request
--   4  a new run that waits: nothing of it is open

local FORGOTTEN = 10

local base = KEYS[1]
local prefix = string.sub(base, 1, #base - #ARGV[1])
local now = now_ms()
-- A client whose connection broke before it had the answer asks again.
local opened = redis.call('HGET', base, 'generation')
if opened then
  return {ARGV[1], opened, redis.call('HEXISTS', base, 'waiting') == 1 and 4 or 1, false}
end
local key = tonumber(ARGV[6]) > 0 and KEYS[6] or nil
local known = key and text_of(key)
if known then
  -- The promise outlives the run.
  local asked = text_of(key .. ':asked')
  local generation, digest = string.match(asked or '', '^(%d+) (.+)$')
  if digest and digest ~= ARGV[10] then return {known, generation, 3, false} end
  generation = generation or redis.call('HGET', prefix .. known, 'generation')
  if generation then return {known, generation, 0, false} end
end

local superseded, is_protected, must_wait = false, false, false
local older = text_of(KEYS[4])
local after = older and redis.call('HGET', older, 'after')
if not is_going_on(older) then older = nil end
-- The run that is under way: the newest, or the one that the newest waits, or waited, for.
local ahead = older
if after then ahead = is_going_on(after) and after or nil end
if (older or ahead) and ARGV[9] == '1' then
  local other = older or ahead
  return {id_of(other), redis.call('HGET', other, 'generation'), 2, false}
end
if older and older ~= ahead then
  is_protected = true -- it takes the place of one that waits
elseif older then
  is_protected = redis.call('HEXISTS', older, 'protected') == 0
end
must_wait = ahead and (older ~= ahead or not is_protected)
if must_wait and older == ahead then older = nil end

-- Generations are counted, not timed: a clock that was ahead once leaves a great number, and the
-- next one is greater still. Only a fresh counter starts at the clock, which is greater than what
-- most sinks hold of before; fix.lua knows better. INCR is exact beyond 2^53, Lua is not.
if not string.match(redis.call('GET', KEYS[5]) or '', '^%d+$') then
  redis.call('SET', KEYS[5], whole(now - 1))
end
redis.call('INCR', KEYS[5])
local generation = redis.call('GET', KEYS[5])

if older then
  superseded = string.gsub(ARGV[7], '@run@', id_of(older))
  stop_run(older, 'superseded', 'superseded by run ' .. ARGV[1], superseded, now + ARGV[5])
end

redis.call('HSET', base, 'state', 'running', 'request', ARGV[2], 'source', ARGV[3],
  'scope', ARGV[4], 'scope_key', KEYS[4], 'generation', generation, 'created_at', whole(now),
  'settled', 0, 'failed', 0, 'summary', ARGV[11])
if ARGV[8] ~= '' then redis.call('HSET', base, 'trace', ARGV[8]) end
redis.call('ZADD', KEYS[2], whole(now), ARGV[1])
-- Each new run makes room for itself: ids whose run has expired are forgotten, the oldest first.
local oldest, bases = redis.call('ZRANGE', KEYS[2], 0, FORGOTTEN - 1), {}
for i, id in ipairs(oldest) do bases[i] = prefix .. id end
if redis.call('EXISTS', unpack(bases)) < #oldest then
  for i, id in ipairs(oldest) do
    if redis.call('EXISTS', bases[i]) == 0 then redis.call('ZREM', KEYS[2], id) end
  end
end
redis.call('SADD', KEYS[3], base)
redis.call('SET', KEYS[4], base)
if key then
  redis.call('SET', key, ARGV[1], 'PX', ARGV[6])
  redis.call('SET', key .. ':asked', generation .. ' ' .. ARGV[10], 'PX', ARGV[6])
end
if must_wait then
  redis.call('HSET', base, 'waiting', 1, 'after', ahead,
    'reason', 'waits for the end of run ' .. id_of(ahead))
  -- due.lua opens them.
  for i = 12, #ARGV, 2 do redis.call('HSET', base .. ':units', ARGV[i], ARGV[i + 1]) end
  return {ARGV[1], generation, 4, superseded}
end
if is_protected then redis.call('HSET', base, 'protected', 1) end
open_units(base, ARGV, 12, now + ARGV[5])
return {ARGV[1], generation, 1, superseded}
