-- Forget a sealed batch, unless another has taken its place.
--
-- KEYS  1 sealed  2 since
-- ARGV  1 prefix of a group's key  2 group  3 batch

local key = ARGV[1] .. ARGV[2] .. ':sealed'
redis.call('ZREM', KEYS[2], ARGV[3])
if (redis.call('HGET', key, 'batch') or '') ~= ARGV[3] then return end
redis.call('DEL', key)
redis.call('ZREM', KEYS[1], ARGV[2])
