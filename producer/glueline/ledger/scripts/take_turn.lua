-- Take a turn that one worker has at a time.
--
-- KEYS  1 the turn
-- ARGV  1 how long it lasts (ms)
-- Returns 1, or 0 when it is another's

local left = redis.call('PTTL', KEYS[1])
-- A turn with more time than it was given comes of a clock that was set back.
if left >= 0 and left <= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1
