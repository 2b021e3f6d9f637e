-- Note that a check of a source is wanted.
--
-- KEYS  1 the question
-- ARGV  1 how long it stands (ms)
-- Returns 1, or 0 when it stands already

return redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0
