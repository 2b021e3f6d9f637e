-- Try again later to clean up after a stopped run: a sink is away. The attempts before do not
-- count, because the unit came to its end in this one.
--
-- KEYS  1 base
-- ARGV  1 unit id  2 token  3 delay (ms)  4 warning, in the place of the last one
-- Returns 1, or 0 when the claim is lost

local base, id = KEYS[1], ARGV[1]
if redis.call('HGET', base .. ':claims', id) ~= ARGV[2] then return 0 end
take_back_warning(base)
redis.call('HSET', base, 'cleaning', ARGV[4])
warn(base, ARGV[4])
redis.call('HDEL', base .. ':attempts', id)
redis.call('HDEL', base .. ':losses', id)
redis.call('HSET', base .. ':claims', id, 'retry')
redis.call('ZADD', base .. ':open', whole(now_ms() + ARGV[3]), id)
return 1
