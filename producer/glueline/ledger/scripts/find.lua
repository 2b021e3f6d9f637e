-- The runs whose id starts with some characters.
--
-- KEYS  1 runs
-- ARGV  1 prefix of a base  2 the start of an id
-- Returns their ids

local start = ARGV[2]
if is_known(ARGV[1] .. start) then return {start} end
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(id, 1, #start) == start and is_known(ARGV[1] .. id) then found[#found + 1] = id end
end
return found
