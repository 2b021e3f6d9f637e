-- Run the failed units of an ended run again, in the same run and generation. A run whose units
-- all went well and whose results could not be committed has its `finish` to run again.
--
-- KEYS  1 base  2 active  3 scope
-- ARGV  1 redispatch_after (ms)  2 finish message  3… unit ids (none: all that failed)
-- Returns {outcome, messages …}; outcome is 'replayed', 'unknown', 'newer' (a later run of the
-- scope exists and its knowledge stands), 'nothing', 'broken' or the state that forbids it

local base = KEYS[1]
local state = redis.call('HGET', base, 'state')
if not state then return {'unknown'} end
if state ~= 'partial' and state ~= 'failed' then return {state} end
if redis.call('HEXISTS', base, 'broken') == 1 then return {'broken'} end
if redis.call('GET', KEYS[3]) ~= base then return {'newer'} end
local ids = {}
for i = 3, #ARGV do ids[#ids + 1] = ARGV[i] end
if #ids == 0 then ids = redis.call('HKEYS', base .. ':failures') end

local due = now_ms() + ARGV[1]
local answer = {'replayed'}
for _, id in ipairs(ids) do
  local message = redis.call('HGET', base .. ':units', id)
  if message and redis.call('HDEL', base .. ':failures', id) == 1 then
    redis.call('HDEL', base .. ':attempts', id)
    redis.call('HDEL', base .. ':losses', id)
    redis.call('HINCRBY', base, 'failed', -1)
    open_unit(base, id, message, due)
    answer[#answer + 1] = message
  end
end
if #answer == 1 and #ids == 0 and open_unit(base, 'finish', ARGV[2], due) then
  answer[2] = ARGV[2]
end
if #answer == 1 then return {'nothing'} end
redis.call('HSET', base, 'state', 'running', 'replayed', 1)
redis.call('HDEL', base, 'finished_at', 'reason', 'age', 'seen', 'protected', 'unserved_since',
  'unserved_at')
redis.call('SADD', KEYS[2], base)
for _, part in ipairs(PARTS) do
  redis.call('PERSIST', base .. part)
end
redis.call('PERSIST', KEYS[3])
return answer
