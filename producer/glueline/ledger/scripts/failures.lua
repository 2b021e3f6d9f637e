-- KEYS  1 base
-- Returns {1 when the run exists, failures (field, value, …), warnings}

local function listed(...)
  local found = redis.pcall(...)
  return found.err and {} or found
end

return {
  redis.call('EXISTS', KEYS[1]),
  listed('HGETALL', KEYS[1] .. ':failures'),
  listed('LRANGE', KEYS[1] .. ':warnings', 0, -1),
}
