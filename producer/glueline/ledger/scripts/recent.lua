-- The newest runs; ids whose run has expired are forgotten on the way.
--
-- KEYS  1 runs
-- ARGV  1 prefix of a base  2 how many at the most
--       3 when the run was created that they come after ('+inf': from the newest)  4 its id
-- Returns ids, newest first

local STEP = 200

local limit, offset = tonumber(ARGV[2]), 0
local live, gone = {}, {}
repeat
  local found = redis.call('ZRANGE', KEYS[1], ARGV[3], '-inf', 'BYSCORE', 'REV',
    'LIMIT', offset, STEP, 'WITHSCORES')
  for i = 1, #found, 2 do
    local id = found[i]
    local is_after = ARGV[3] == '+inf' or tonumber(found[i + 1]) < tonumber(ARGV[3])
      or id < ARGV[4]
    if is_after and #live < limit then
      if redis.call('EXISTS', ARGV[1] .. id) == 1 then
        live[#live + 1] = id
      else
        gone[#gone + 1] = id
      end
    end
  end
  offset = offset + STEP
until #live >= limit or #found < 2 * STEP
for _, id in ipairs(gone) do redis.call('ZREM', KEYS[1], id) end
return live
