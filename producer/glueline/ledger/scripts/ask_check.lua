-- Record that a check of a source is wanted.
--
-- KEYS  1 the request
-- ARGV  1 how long it stands (ms)
-- Returns 1, or 0 when it is recorded already

local left = redis.call('PTTL', KEYS[1])
-- More time than the limit means that the clock was set back.
if left >= 0 and left <= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1
