-- Give back a unit that this worker cannot serve, for another that can; the attempt does not count.
--
-- KEYS  1 base
-- ARGV  1 unit id  2 token  3 delay (ms)  4 longest (ms) that a run waits for a worker
--       5 warning of the run
-- Returns 1 (given back), 2 (keep it: none came for too long) or 0 (the claim is lost)
--
-- The wait begins anew when a unit of the run settled meanwhile, or when no worker was asked for long.

local base, id = KEYS[1], ARGV[1]
if redis.call('HGET', base .. ':claims', id) ~= ARGV[2] then return 0 end
local now, longest = now_ms(), tonumber(ARGV[4])
local run = redis.call('HMGET', base, 'unserved_since', 'unserved_at', 'settled_at')
local since, at, settled = tonumber(run[1] or now), tonumber(run[2] or 0), tonumber(run[3] or 0)
if settled > since or now - at > longest / 2 then since = now end
if now - since > longest then return 2 end
redis.call('HSET', base, 'unserved_since', whole(since), 'unserved_at', whole(now))
if not redis.call('LPOS', base .. ':warnings', ARGV[5]) then warn(base, ARGV[5]) end
redis.call('HINCRBY', base .. ':attempts', id, -1)
redis.call('HSET', base .. ':claims', id, 'retry')
redis.call('ZADD', base .. ':open', whole(now + ARGV[3]), id)
return 1
