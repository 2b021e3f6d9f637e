-- Keep a dead letter; the oldest go when there are too many.
--
-- KEYS  1 dead
-- ARGV  1 JSON {reason, body, at}  2 how many to keep

redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
return 1
