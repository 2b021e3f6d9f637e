-- Keep claims alive, and learn which were lost (to another holder, a cancel or a newer run).
--
-- KEYS  the base of each claim's run
-- ARGV  1 lease (ms)  2… unit id, token, … in the order of KEYS
-- Returns 1 or 0 for each claim

local held = {}
local due = whole(now_ms() + ARGV[1])
for i, base in ipairs(KEYS) do
  local id, token = ARGV[2 * i], ARGV[2 * i + 1]
  -- A run with a damaged key must not cost the others their claims.
  local answered, is_held = pcall(holds, base, id, token)
  held[i] = 0
  if answered and is_held and type(redis.pcall('ZADD', base .. ':open', 'XX', due, id)) == 'number' then
    held[i] = 1
  end
end
return held
