-- One slot of a shared rate: GCRA on the server's clock, with a rate that is learnt.
--
-- KEYS  1 quota (hash)
--         rate     calls/s                      tat    when the next slot is due (µs)
--         since    the first grant, then the last time the rate was lowered (µs)
--         granted  slots since then             cuts   how often the rate was lowered
-- ARGV  1 starting rate (calls/s)  2 horizon (ms)
-- Returns {1, wait in µs}: the slot is yours, call after the wait; or {0, wait}: ask again then

local IDLE = 2000000

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'tat', 'since', 'cuts')
local rate = tonumber(state[1]) or tonumber(ARGV[1])
-- A clock that was set back must not hold callers until it catches up.
local tat = tonumber(state[2]) or 0
if tat > now + IDLE then
  tat = now + IDLE
  redis.call('HSET', KEYS[1], 'tat', string.format('%.0f', tat))
end
local since = tonumber(state[3])
local cuts = tonumber(state[4]) or 0

if not since or (cuts == 0 and tat < now - IDLE) then
  since = now
  redis.call('HSET', KEYS[1], 'since', string.format('%.0f', now), 'granted', 0)
end

-- What was not used for a while may be used at once, up to this much.
local burst = cuts == 0 and 250000 or 100000
local slot = math.max(tat, now - burst)
local wait = slot - now
if wait > tonumber(ARGV[2]) * 1000 then return {0, math.floor(wait - ARGV[2] * 500)} end

-- Only a rate that holds callers back is worth raising. Before the first throttle it grows by half
-- each second; after it, when the rate is a guess, by a sixth; then it feels its way, faster the
-- longer nothing was throttled.
if wait > -burst / 2 then
  local growth = 0.5
  if cuts == 1 then growth = 0.16 end
  if cuts > 1 then growth = 0.01 * (1 + (math.max(0, now - since) / 6000000) ^ 2) end
  rate = rate + math.min(growth, 1)
end
redis.call('HINCRBY', KEYS[1], 'granted', 1)
redis.call('HSET', KEYS[1], 'rate', tostring(rate),
  'tat', string.format('%.0f', slot + 1000000 / rate))
redis.call('PEXPIRE', KEYS[1], 3600000)
return {1, math.max(0, math.floor(wait))}
