-- Open units while their parent is still claimed, so that they can start before it ends.
--
-- KEYS  1 base
-- ARGV  1 parent id  2 token  3 redispatch_after (ms)  4… unit id, message, …
-- Returns {1 or 0 (the claim is lost), unit ids that are new …}

local base = KEYS[1]
if not holds(base, ARGV[1], ARGV[2]) then return {0} end
local opened = open_units(base, ARGV, 4, now_ms() + ARGV[3])
table.insert(opened, 1, 1)
return opened
