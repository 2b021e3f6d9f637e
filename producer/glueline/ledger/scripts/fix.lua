-- Fix the circumstances of a run: those of the first worker hold for all.
--
-- KEYS  1 base  2 generation  3 floor (the greatest generation that a sink held above the counter)
-- ARGV  1 unit id  2 token  3 circumstances (JSON)  4 newest generation that the run's sinks hold
-- Returns {circumstances, generation}, or {} when the claim is lost
--
-- A sink holds more than the counter when it was written with a ledger that was lost, or whose clock
-- was ahead. Counter and run go beyond it; runs that were opened below it follow as they are fixed.

-- Numbers as texts of digits, because Lua's are not exact beyond 2^53.
local function is_less(one, other)
  if #one ~= #other then return #one < #other end
  return one < other
end

local function number_at(key, least)
  local text = string.match(redis.call('GET', key) or '', '^%d+$') or '0'
  return is_less(text, least) and least or text
end

local base = KEYS[1]
if redis.call('HGET', base .. ':claims', ARGV[1]) ~= ARGV[2] then return {} end
local generation = redis.call('HGET', base, 'generation')
if not generation then return {} end
local known = redis.call('HGET', base, 'circumstances')
if known then return {known, generation} end

local counter = number_at(KEYS[2], generation)
local floor = number_at(KEYS[3], '0')
if is_less(counter, ARGV[4]) then
  counter, floor = ARGV[4], ARGV[4]
  redis.call('SET', KEYS[3], floor)
end
redis.call('SET', KEYS[2], counter)
if not is_less(floor, generation) then
  redis.call('INCR', KEYS[2])
  generation = redis.call('GET', KEYS[2])
end
redis.call('HSET', base, 'circumstances', ARGV[3], 'generation', generation)
return {ARGV[3], generation}
