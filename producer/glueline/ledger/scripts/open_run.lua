-- Open a run with its first units; a running run of the same scope is superseded.
--
-- KEYS  1 base  2 runs  3 active  4 scope  5 generation  6 idempotency ('' when not asked for)
-- ARGV  1 run id  2 request  3 source  4 scope label  5 silence (ms)  6 idempotency ttl (ms)
--       7 finish message of any run, with the placeholder @run@  8 trace ('' without)
--       9 '1' to open nothing while a run of the same scope goes on  10… unit id, message, …
-- Returns {run id, generation, 1 when new, superseded finish message or false}; of a run that goes
-- on instead, {run id, generation, 2, false}

local FORGOTTEN = 10

local base = KEYS[1]
local prefix = string.sub(base, 1, #base - #ARGV[1])
local now = now_ms()
-- A client whose connection broke before it had the answer asks again.
local opened = redis.call('HGET', base, 'generation')
if opened then return {ARGV[1], opened, 1, false} end
if KEYS[6] ~= '' then
  local known = redis.call('GET', KEYS[6])
  if known then
    local generation = redis.call('HGET', prefix .. known, 'generation')
    if generation then return {known, generation, 0, false} end
  end
end

local superseded = false
local older = redis.call('GET', KEYS[4])
local is_going_on = older and redis.call('HGET', older, 'state') == 'running'
  and redis.call('HEXISTS', older .. ':claims', 'finish') == 0
if is_going_on and ARGV[9] == '1' then
  return {string.match(older, '[^:]+$'), redis.call('HGET', older, 'generation'), 2, false}
end

-- Generations are counted, not timed: a clock that was ahead once leaves a great number, and the
-- next one is greater still. Only a fresh counter starts at the clock, which is greater than what
-- most sinks hold of before; fix.lua knows better. INCR is exact beyond 2^53, Lua is not.
if not string.match(redis.call('GET', KEYS[5]) or '', '^%d+$') then
  redis.call('SET', KEYS[5], whole(now - 1))
end
redis.call('INCR', KEYS[5])
local generation = redis.call('GET', KEYS[5])

if is_going_on then
  local older_id = string.match(older, '[^:]+$')
  superseded = string.gsub(ARGV[7], '@run@', older_id)
  stop_run(older, 'superseded', 'superseded by run ' .. ARGV[1], superseded, now + ARGV[5])
end

redis.call('HSET', base, 'state', 'running', 'request', ARGV[2], 'source', ARGV[3],
  'scope', ARGV[4], 'scope_key', KEYS[4], 'generation', generation, 'created_at', whole(now),
  'settled', 0, 'failed', 0)
if ARGV[8] ~= '' then redis.call('HSET', base, 'trace', ARGV[8]) end
redis.call('ZADD', KEYS[2], whole(now), ARGV[1])
-- Each new run makes room for itself: ids whose run has expired are forgotten, the oldest first.
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, FORGOTTEN - 1)) do
  if redis.call('EXISTS', prefix .. id) == 0 then redis.call('ZREM', KEYS[2], id) end
end
redis.call('SADD', KEYS[3], base)
redis.call('SET', KEYS[4], base)
if KEYS[6] ~= '' then redis.call('SET', KEYS[6], ARGV[1], 'PX', ARGV[6]) end
for i = 10, #ARGV, 2 do
  open_unit(base, ARGV[i], ARGV[i + 1], now + ARGV[5])
end
return {ARGV[1], generation, 1, superseded}
