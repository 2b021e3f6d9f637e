-- Take a question back that could not be published.
--
-- KEYS  1 the question

return redis.call('DEL', KEYS[1])
