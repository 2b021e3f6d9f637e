-- A call was throttled: lower the rate, once for all the calls that were under way.
--
-- KEYS  1 quota (see acquire.lua)
-- ARGV  1 floor (calls/s)  2 starting rate (calls/s)  3 cuts when the call got its slot
-- Returns the rate

-- Fewer calls, or less time, than this would measure nothing.
local ENOUGH_CALLS, ENOUGH_SECONDS = 8, 0.4

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'since', 'granted', 'cuts', 'tat')
local rate = tonumber(state[1]) or tonumber(ARGV[2])
local cuts = tonumber(state[4]) or 0
if tonumber(ARGV[3]) ~= cuts then return tostring(rate) end

local granted = math.max(0, (tonumber(state[3]) or 0) - 1)
local elapsed = math.max(0.001, (now - (tonumber(state[2]) or now)) / 1000000)
if cuts > 0 and (granted < ENOUGH_CALLS or elapsed < ENOUGH_SECONDS) then
  redis.call('HSET', KEYS[1], 'granted', granted)
  return tostring(rate)
end

if cuts == 0 then
  -- The server's bucket was full at first: what came through is the quota and about a second's
  -- worth of burst.
  rate = math.max(rate * 0.1, math.min(rate * 0.7, 0.95 * granted / (elapsed + 1)))
else
  -- The bucket was empty at the last cut and is now, so what came through is what the server
  -- allows. After a long time that tells little of the present: hence the bounds.
  rate = math.max(rate * 0.5, math.min(rate * 0.97, 0.98 * granted / elapsed))
end
rate = math.max(rate, tonumber(ARGV[1]))
-- A short pause lets the bucket fill enough for the calls that are already promised.
local tat = math.max(math.min(tonumber(state[5]) or 0, now + 1000000), now) + 150000
redis.call('HSET', KEYS[1], 'rate', tostring(rate), 'since', string.format('%.0f', now),
  'granted', 0, 'cuts', cuts + 1, 'tat', string.format('%.0f', tat))
redis.call('PEXPIRE', KEYS[1], 3600000)
return tostring(rate)
