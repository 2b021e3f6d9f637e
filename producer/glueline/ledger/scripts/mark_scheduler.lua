-- Record that a scheduler has just served all that was due.
--
-- KEYS  1 scheduler
-- ARGV  1 how long to remember it (ms)

redis.call('SET', KEYS[1], whole(now_ms()), 'PX', ARGV[1])
