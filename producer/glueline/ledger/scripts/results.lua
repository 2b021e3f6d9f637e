-- What `finish` hands to the sinks.
--
-- KEYS  1 base
-- Returns {listings, receipts (field, value, …), failures (field, value, …)}

return {
  redis.call('SMEMBERS', KEYS[1] .. ':listings'),
  redis.call('HGETALL', KEYS[1] .. ':receipts'),
  redis.call('HGETALL', KEYS[1] .. ':failures'),
}
