-- End a run: its state is set, and its keys live on for `keep`. What tells of each unit lives on only
-- with a run that can be replayed, so that ended runs take the same memory however many units they had.
--
-- KEYS  1 base  2 active
-- ARGV  1 token  2 state ('' keeps the one it has: cancelled or superseded)  3 reason
--       4 keep (ms)  5 JSON {counts {what: n}, warnings []}
-- Returns 1, or 0 when the claim is lost

local base = KEYS[1]
if not holds(base, 'finish', ARGV[1]) then return 0 end
local outcome = cjson.decode(ARGV[5])
take_back_warning(base)
-- A run that was replayed ends again, and the sinks report on the whole of it each time.
for what, n in pairs(outcome.counts) do redis.call('HSET', base, 'count:' .. what, n) end
for _, warning in ipairs(outcome.warnings) do
  if not redis.call('LPOS', base .. ':warnings', warning) then warn(base, warning) end
end
if ARGV[2] ~= '' then
  redis.call('HSET', base, 'state', ARGV[2], 'finished_at', whole(now_ms()))
  if ARGV[3] ~= '' then redis.call('HSET', base, 'reason', ARGV[3]) end
end
close_all(base)
redis.call('HDEL', base, 'age', 'seen', 'protected')
redis.call('HDEL', base .. ':units', 'finish')
redis.call('HDEL', base .. ':attempts', 'finish')
redis.call('SREM', KEYS[2], base)
local state = redis.call('HGET', base, 'state')
if state ~= 'partial' and state ~= 'failed' then
  redis.call('UNLINK', base .. ':units', base .. ':attempts', base .. ':losses', base .. ':done',
    base .. ':listings', base .. ':receipts')
end
for _, part in ipairs(PARTS) do
  redis.call('PEXPIRE', base .. part, ARGV[4])
end
local scope = redis.call('HGET', base, 'scope_key')
if scope and redis.call('GET', scope) == base then redis.call('PEXPIRE', scope, ARGV[4]) end
return 1
