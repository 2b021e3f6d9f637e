-- Return the last slot of a schedule that was served.
--
-- KEYS  1 schedules
-- ARGV  1 schedule  2 its timing: slots of another timing do not count
-- Returns the slot, or false

local mark = redis.call('HGET', KEYS[1], ARGV[1])
if not mark then return false end
local slot, timing = string.match(mark, '^(%d+) (.*)$')
return timing == ARGV[2] and slot
