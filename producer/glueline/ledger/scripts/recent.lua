-- The newest runs; ids whose run has expired are forgotten on the way.
--
-- KEYS  1 runs
-- ARGV  1 prefix of a base  2 how many at the most
-- Returns ids, newest first

local ids = redis.call('ZRANGE', KEYS[1], 0, -1, 'REV')
local live = {}
for _, id in ipairs(ids) do
  if #live >= tonumber(ARGV[2]) then break end
  if redis.call('EXISTS', ARGV[1] .. id) == 1 then
    live[#live + 1] = id
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return live
