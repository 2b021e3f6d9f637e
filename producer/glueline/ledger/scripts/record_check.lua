-- Keep the report of a check, and remove the request.
--
-- KEYS  1 the report  2 the request
-- ARGV  1 JSON of the report  2 how long it is kept (ms)

redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('DEL', KEYS[2])
return 1
