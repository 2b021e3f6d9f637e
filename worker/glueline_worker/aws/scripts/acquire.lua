-- Slots of a shared rate: GCRA on the server's clock, with a rate that is learnt.
--
-- KEYS  1 quota (hash)
--         rate     calls/s                  tat      when the next slot is due (µs)
--         cuts     how often the rate was lowered
--         since    when the measurement began that the next cut uses (µs): the first grant, then
--                  the last cut, moved on by the time in which nobody wanted a slot
--         granted  slots since then, without those whose calls were throttled
--         calls, hits  the last calls and how many of them were throttled (see throttled.lua)
-- ARGV  1 starting rate (calls/s)  2 horizon (ms)  3 the most that the user allows (calls/s, or 0)
--       4 slots to have at hand beyond the one that is asked for
-- Returns {cuts, wait (µs), …}: these slots are yours, call after the waits; or {cuts, false, wait}:
-- ask again then. Slots to have at hand come only out of what nobody used for a while: they hold no
-- other caller back, and raise no rate.

-- Nothing is ever due later than this; what is, comes of a clock that was set back.
local FAR = 3000000
-- How long after a cut the rate has grown e-fold: so many seconds, and so many calls.
local SECONDS, CALLS = 6, 80
-- Calls by which the share of throttles is judged.
local REMEMBERED = 200

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = redis.call('HMGET', KEYS[1], 'rate', 'tat', 'since', 'cuts', 'granted', 'calls', 'hits')
local rate = tonumber(state[1]) or tonumber(ARGV[1])
local tat = tonumber(state[2]) or 0
local since = tonumber(state[3]) or now
local cuts = tonumber(state[4]) or 0
local granted = tonumber(state[5]) or 0
local limit = tonumber(ARGV[3]) or 0
local is_limited = limit > 0 and limit <= rate
-- With a low limit the next slot is rightly far.
local far = limit > 0 and math.max(FAR, 2000000 / limit) or FAR
if tat > now + far or since > now then tat, since = now, now end

-- What was not used for a moment may be used at once; what was not used before that is lost.
local burst = cuts == 0 and 250000 or 100000
local calls, hits = tonumber(state[6]) or 0, tonumber(state[7]) or 0
local answer = {cuts}

local function pace()
  return limit > 0 and math.min(rate, limit) or rate
end

-- Only a rate that holds callers back is worth raising, and a limit is no such rate: by half each
-- second until the first throttle, by a sixth until the second, for the first cut was a guess; then
-- slowly at first, and faster the longer nothing was throttled.
local function raise()
  if cuts < 2 then
    rate = rate + (cuts == 0 and 0.5 or 0.16)
  else
    local grown = math.min((now - since) / 1000000 / SECONDS, granted / CALLS, 1)
    rate = rate * (1 + 3 * grown ^ 2 / math.max(rate * SECONDS, CALLS))
  end
end

for number = 1, 1 + tonumber(ARGV[4]) do
  local slot = math.max(tat, now - burst)
  local wait = slot - now
  if wait > ARGV[2] * 1000 or (number > 1 and wait > -burst / 2) then
    if number == 1 then return {cuts, false, math.floor(wait - ARGV[2] * 500)} end
    break
  end
  if tat > 0 then since = math.min(now, since + slot - tat) end
  if wait > -burst / 2 and not is_limited then raise() end
  granted, calls = granted + 1, calls + 1
  if calls > REMEMBERED then calls, hits = calls / 2, hits / 2 end
  tat = slot + 1000000 / pace()
  answer[#answer + 1] = math.max(0, math.floor(wait))
end
redis.call('HSET', KEYS[1], 'rate', tostring(rate), 'granted', granted,
  'calls', calls, 'hits', hits,
  'since', string.format('%.0f', since), 'tat', string.format('%.0f', tat))
redis.call('PEXPIRE', KEYS[1], 3600000)
return answer
