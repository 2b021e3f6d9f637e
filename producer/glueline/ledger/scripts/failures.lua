-- KEYS  1 base
-- Returns {1 when the run exists, failures (field, value, …), warnings}

return {
  redis.call('EXISTS', KEYS[1]),
  redis.call('HGETALL', KEYS[1] .. ':failures'),
  redis.call('LRANGE', KEYS[1] .. ':warnings', 0, -1),
}
