-- Keep claims alive, and learn which were lost (to another holder, a cancel or a newer run).
--
-- KEYS  the base of each claim's run
-- ARGV  1 lease (ms)  2… unit id, token, … in the order of KEYS
-- Returns 1 or 0 for each claim

local held = {}
local due = whole(now_ms() + ARGV[1])
for i, base in ipairs(KEYS) do
  local id, token = ARGV[2 * i], ARGV[2 * i + 1]
  if redis.call('HGET', base .. ':claims', id) == token then
    redis.call('ZADD', base .. ':open', 'XX', due, id)
    held[i] = 1
  else
    held[i] = 0
  end
end
return held
