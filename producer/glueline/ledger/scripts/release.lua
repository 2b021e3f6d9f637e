-- Give a unit back without settling it.
--
-- KEYS  1 base
-- ARGV  1 unit id  2 token  3 delay (ms; 0: its message is requeued at once)
--       4 redispatch_after (ms)  5 1 when the attempt shall not count (the worker was told to stop)
-- Returns 1, or 0 when the claim is lost

local base, id = KEYS[1], ARGV[1]
if not holds(base, id, ARGV[2]) then return 0 end
if ARGV[5] == '1' then redis.call('HINCRBY', base .. ':attempts', id, -1) end
if tonumber(ARGV[3]) > 0 then
  redis.call('HSET', base .. ':claims', id, 'retry')
  redis.call('ZADD', base .. ':open', whole(now_ms() + ARGV[3]), id)
else
  redis.call('HDEL', base .. ':claims', id)
  redis.call('ZADD', base .. ':open', whole(now_ms() + ARGV[4]), id)
end
return 1
