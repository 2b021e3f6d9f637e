-- A call was throttled: lower the rate, once for all the calls that were under way.
--
-- KEYS  1 quota (see acquire.lua)
-- ARGV  1 cool-down (ms)  2 floor (calls/s)  3 starting rate (calls/s)
-- Returns the rate

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'since', 'granted', 'cuts', 'tat')
local rate = tonumber(state[1]) or tonumber(ARGV[3])
local cuts = tonumber(state[4]) or 0
local elapsed = (now - (tonumber(state[2]) or now)) / 1000000
if cuts > 0 and elapsed >= 0 and elapsed < ARGV[1] / 1000 then return tostring(rate) end
elapsed = math.max(elapsed, 0.001)

local granted = tonumber(state[3]) or 0
if cuts == 0 then
  -- The server's bucket was full at first: what came through is the quota and about a second's
  -- worth of burst.
  rate = math.max(rate * 0.1, math.min(rate * 0.7, 0.95 * granted / (elapsed + 1)))
else
  -- The bucket was empty at the last throttle and is now, so what came through is what the server
  -- allows. After a long time that tells little of the present: hence the bounds.
  rate = math.max(rate * 0.6, math.min(rate * 0.93, 0.97 * granted / elapsed))
end
rate = math.max(rate, tonumber(ARGV[2]))
-- A short pause lets the bucket fill enough for the calls that are already promised.
local tat = math.max(math.min(tonumber(state[5]) or 0, now + 1000000), now) + 150000
redis.call('HSET', KEYS[1], 'rate', tostring(rate), 'since', string.format('%.0f', now),
  'granted', 0, 'cuts', cuts + 1, 'tat', string.format('%.0f', tat))
redis.call('PEXPIRE', KEYS[1], 3600000)
return tostring(rate)
