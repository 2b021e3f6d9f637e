-- Record that a slot of a schedule was served; an older slot changes nothing. The mark outlives the
-- runs, so that a scheduler that starts after weeks still knows it.
--
-- KEYS  1 schedules
-- ARGV  1 schedule  2 its timing  3 slot

local mark = redis.call('HGET', KEYS[1], ARGV[1])
if mark then
  local slot, timing = string.match(mark, '^(%d+) (.*)$')
  if timing == ARGV[2] and tonumber(slot) >= tonumber(ARGV[3]) then return end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[2])
