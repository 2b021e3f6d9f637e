-- Close a unit, well or failed, and open what follows from it. When nothing is open any more,
-- `finish` is opened: exactly once, because only the settle that empties the set sees it empty.
--
-- KEYS  1 base
-- ARGV  1 unit id  2 token  3 redispatch_after (ms)  4 finish message
--       5 JSON {failure, receipt, counts {what: n}, listings [], warnings [],
--               children [[id, message] …]}; failure and receipt are JSON texts or absent
-- Returns {1 or 0 (the claim is lost: nothing was changed), unit ids to publish …}

local base, id = KEYS[1], ARGV[1]
if not holds(base, id, ARGV[2]) then return {0} end
if not redis.call('ZSCORE', base .. ':open', id) then
  -- Otherwise this settle could be taken for the last one.
  break_run(base, lost_sentence('the list of its open units'))
  return {0}
end
local outcome = cjson.decode(ARGV[5])
local due = now_ms() + ARGV[3]

redis.call('ZREM', base .. ':open', id)
redis.call('HDEL', base .. ':claims', id)
count_open(base, id, -1)
if outcome.failure then
  redis.call('HSET', base .. ':failures', id, outcome.failure)
  redis.call('HINCRBY', base, 'failed', 1)
else
  redis.call('HDEL', base .. ':units', id)
  redis.call('HDEL', base .. ':attempts', id)
  redis.call('HDEL', base .. ':losses', id)
  redis.call('SADD', base .. ':done', id)
  redis.call('HINCRBY', base, 'settled', 1)
  redis.call('HSET', base, 'settled_at', whole(now_ms()))
end
if outcome.receipt and redis.call('HSET', base .. ':receipts', id, outcome.receipt) == 1 then
  redis.call('HINCRBY', base, 'kept:receipts', 1)
end
for what, n in pairs(outcome.counts) do
  redis.call('HINCRBY', base, 'count:' .. what, n)
end
for _, listing in ipairs(outcome.listings) do
  if redis.call('SADD', base .. ':listings', listing) == 1 then
    redis.call('HINCRBY', base, 'kept:listings', 1)
  end
end
for _, warning in ipairs(outcome.warnings) do warn(base, warning) end

local opened = {1}
for _, child in ipairs(outcome.children) do
  if open_unit(base, child[1], child[2], due) then opened[#opened + 1] = child[1] end
end
if redis.call('ZCARD', base .. ':open') == 0 and open_unit(base, 'finish', ARGV[4], due) then
  opened[#opened + 1] = 'finish'
end
return opened
