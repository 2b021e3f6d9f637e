-- Forget a request that could not be published.
--
-- KEYS  1 the request

return redis.call('DEL', KEYS[1])
