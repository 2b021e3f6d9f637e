-- A call was throttled: lower the rate, once for all the calls that were under way.
--
-- KEYS  1 quota
-- ARGV  1 cool-down (ms)  2 floor (calls/s)  3 starting rate (calls/s)
-- Returns the rate

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'cut_at', 'ok', 'learnt', 'tat')
local rate = tonumber(state[1]) or tonumber(ARGV[3])
local cut_at = tonumber(state[2]) or 0
local since = now - cut_at
if since >= 0 and since < tonumber(ARGV[1]) * 1000 then return tostring(rate) end

local lower = rate * 0.7
if state[4] == '1' then
  -- Between two throttles the server's own bucket was empty at both ends, so what came through is
  -- what it allows. A long quiet time tells nothing of the present: hence the bounds.
  local observed = (tonumber(state[3]) or 0) * 1000000 / math.max(since, 1)
  lower = math.max(rate * 0.6, math.min(rate * 0.93, observed * 0.97))
end
rate = math.max(lower, tonumber(ARGV[2]))
-- A short pause lets the server's bucket fill enough for the calls that are already promised.
local tat = math.max(math.min(tonumber(state[5]) or 0, now + 1000000), now) + 100000
redis.call('HSET', KEYS[1], 'rate', tostring(rate), 'cut_at', string.format('%.0f', now),
  'ok', 0, 'learnt', '1', 'tat', string.format('%.0f', tat))
redis.call('PEXPIRE', KEYS[1], 3600000)
return tostring(rate)
