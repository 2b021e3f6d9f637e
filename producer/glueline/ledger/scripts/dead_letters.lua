-- KEYS  1 dead
-- ARGV  1 how many at the most
-- Returns the newest dead letters

return redis.call('LRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1)
