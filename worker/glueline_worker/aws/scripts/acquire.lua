-- One slot of a shared rate: GCRA on the server's clock, with a rate that is learnt.
--
-- KEYS  1 quota (hash: rate, tat, cut_at, ok, learnt)
-- ARGV  1 starting rate (calls/s)  2 answers received well since the last ask  3 horizon (ms)
-- Returns {1, wait in µs}: the slot is yours, call after the wait; or {0, wait}: ask again then

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'tat', 'cut_at', 'learnt')
local rate = tonumber(state[1]) or tonumber(ARGV[1])
-- A clock that was set back must not hold callers until it catches up.
local tat = math.min(tonumber(state[2]) or 0, now + 2000000)
local learnt = state[4] == '1'

if tonumber(ARGV[2]) > 0 then redis.call('HINCRBY', KEYS[1], 'ok', ARGV[2]) end

-- What was not used for a while may be used at once, up to this much.
local burst = learnt and 100000 or 250000
local slot = math.max(tat, now - burst)
local wait = slot - now
if wait > tonumber(ARGV[3]) * 1000 then return {0, math.floor(wait - ARGV[3] * 500)} end

-- Only a rate that holds callers back is worth raising. Before the first throttle it doubles each
-- second; afterwards it feels its way, faster the longer nothing was throttled.
if wait > -burst / 2 then
  local growth = 1
  if learnt then
    local quiet = math.max(0, (now - tonumber(state[3])) / 1000000)
    growth = 0.01 * (1 + (quiet / 6) ^ 2)
  end
  rate = rate + math.min(growth, 1)
end
redis.call('HSET', KEYS[1], 'rate', tostring(rate), 'tat', string.format('%.0f', slot + 1000000 / rate))
redis.call('PEXPIRE', KEYS[1], 3600000)
return {1, math.max(0, math.floor(wait))}
