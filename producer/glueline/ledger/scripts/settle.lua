-- Close a unit, well or failed, and open what follows from it. When nothing is open any more,
-- `finish` is opened: exactly once, because only the settle that empties the set sees it empty.
--
-- KEYS  1 base
-- ARGV  1 unit id  2 token  3 redispatch_after (ms)  4 finish message
--       5 JSON {failure, receipt, counts {what: n}, listings [], warnings [],
--               children [[id, message] …]}; failure and receipt are JSON texts or absent
-- Returns {1 or 0 (the claim is lost: nothing was changed), unit ids to publish …}

local base, id = KEYS[1], ARGV[1]
local outcome = cjson.decode(ARGV[5])
local is_well = not outcome.failure

-- The numbers of the run that change, by their fields in its hash.
local by = {[open_field(id)] = -1, [is_well and 'settled' or 'failed'] = 1}
for what, n in pairs(outcome.counts) do by['count:' .. what] = n end
local fields = {'state', 'kept:receipts', 'kept:listings'}
for field in pairs(by) do fields[#fields + 1] = field end

local run = redis.call('HMGET', base, unpack(fields))
if not run[1] or redis.call('HGET', base .. ':claims', id) ~= ARGV[2] then return {0} end
if redis.call('ZREM', base .. ':open', id) == 0 then
  -- Otherwise this settle could be taken for the last one.
  break_run(base, lost_sentence('the list of its open units'))
  return {0}
end
local now = now_ms()
redis.call('HDEL', base .. ':claims', id)
if is_well then
  redis.call('HDEL', base .. ':units', id)
  redis.call('HDEL', base .. ':attempts', id)
  redis.call('HDEL', base .. ':losses', id)
  redis.call('SADD', base .. ':done', id)
else
  redis.call('HSET', base .. ':failures', id, outcome.failure)
end
if outcome.receipt then
  by['kept:receipts'] = redis.call('HSET', base .. ':receipts', id, outcome.receipt)
end
local listings = 0
for _, listing in ipairs(outcome.listings) do
  listings = listings + redis.call('SADD', base .. ':listings', listing)
end
by['kept:listings'] = listings
local changed = {}
for i, field in ipairs(fields) do
  if by[field] and by[field] ~= 0 then
    changed[#changed + 1] = field
    changed[#changed + 1] = whole((tonumber(run[i]) or 0) + by[field])
  end
end
if is_well then
  changed[#changed + 1], changed[#changed + 2] = 'settled_at', whole(now)
end
redis.call('HSET', base, unpack(changed))
for _, warning in ipairs(outcome.warnings) do warn(base, warning) end

local units = {}
for _, child in ipairs(outcome.children) do
  units[#units + 1], units[#units + 2] = child[1], child[2]
end
local opened = open_units(base, units, 1, now + ARGV[3])
if redis.call('ZCARD', base .. ':open') == 0 and open_unit(base, 'finish', ARGV[4], now + ARGV[3]) then
  opened[#opened + 1] = 'finish'
end
table.insert(opened, 1, 1)
return opened
