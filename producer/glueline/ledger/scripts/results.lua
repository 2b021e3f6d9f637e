-- What `finish` hands to the sinks.
--
-- KEYS  1 base
-- Returns {listings, receipts (field, value, …), failures (field, value, …),
--          what of them was lost, in a sentence, or '', newest generation of the source}

local prefix = string.match(KEYS[1], '^(.*)run:[^:]*$')
local source = redis.call('HGET', KEYS[1], 'source') or ''
local part = lost_part(KEYS[1])
return {
  redis.call('SMEMBERS', KEYS[1] .. ':listings'),
  redis.call('HGETALL', KEYS[1] .. ':receipts'),
  redis.call('HGETALL', KEYS[1] .. ':failures'),
  part and lost_sentence(part) or '',
  redis.call('GET', prefix .. 'generation:' .. source) or '0',
}
