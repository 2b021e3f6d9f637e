-- Take a unit for one attempt. The attempt is counted now: a unit that kills its process is
-- counted too.
--
-- KEYS  1 base  2 watermark
-- ARGV  1 unit id  2 token  3 lease (ms)  4 attempts allowed  5 redispatch_after (ms)
--
-- A unit that takes its process with it takes its neighbours' attempts along. So units whose
-- holders fell silent twice are suspects, and of a run's suspects only one runs at a time: the
-- innocent come through, and the others wait uncounted.
--
-- Returns {outcome, attempts, state, request, generation, created_at, message, trace, replayed,
-- circumstances ('' while they are not fixed)}; outcome is one of
--   claimed    run it      exhausted  do not run it, settle it as failed
--   busy       another holds it      settled    it is done or failed      unknown    no such unit

local SUSPICIOUS, PAUSE = 2, 500

local function is_held(base, id, now)
  local holder = redis.call('HGET', base .. ':claims', id)
  local due = redis.call('ZSCORE', base .. ':open', id)
  return holder and holder ~= 'retry' and due and tonumber(due) > now
end

local function read_run(base)
  return redis.call('HMGET', base, 'state', 'request', 'generation', 'created_at', 'trace',
    'replayed', 'circumstances', 'lease')
end

local function granted(base, id, run, attempts, allowed)
  local message = redis.call('HGET', base .. ':units', id)
  if not message and id ~= 'finish' then
    break_run(base, lost_sentence('the messages of its units'))
    return {'settled', 0}
  end
  local outcome = tonumber(attempts) > tonumber(allowed) and 'exhausted' or 'claimed'
  return {outcome, tonumber(attempts), run[1], run[2], run[3], run[4],
    id == 'finish' and finish_of(base) or message, run[5] or '', run[6] and 1 or 0, run[7] or ''}
end

local base, id = KEYS[1], ARGV[1]
local now = now_ms()
local run = read_run(base)
if not run[1] then return {'unknown', 0} end
if id == 'finish' and is_going_on(base) and redis.call('HEXISTS', base, 'waiting') == 0 then
  -- What was lost must not be committed as if it had never been.
  local part = lost_part(base)
  if part then
    break_run(base, lost_sentence(part))
    run = read_run(base)
  end
end
local due = redis.call('ZSCORE', base .. ':open', id)
if not due then return {'settled', 0} end
local holder = redis.call('HGET', base .. ':claims', id)
if holder == ARGV[2] then
  -- A client whose connection broke before it had the answer asks again.
  return granted(base, id, run, redis.call('HGET', base .. ':attempts', id), ARGV[4])
end
if holder and holder ~= 'retry' and tonumber(due) > now then return {'busy', 0} end

if holder and holder ~= 'retry' then redis.call('HINCRBY', base .. ':losses', id, 1) end
if tonumber(redis.call('HGET', base .. ':losses', id) or 0) >= SUSPICIOUS then
  local other = redis.call('HGET', base, 'suspect')
  if other and other ~= id and is_held(base, other, now) then
    redis.call('HSET', base .. ':claims', id, 'retry')
    redis.call('ZADD', base .. ':open', whole(now + PAUSE), id)
    return {'busy', 0}
  end
  redis.call('HSET', base, 'suspect', id)
end

if not holder then
  -- An unclaimed unit is due `redispatch_after` after it was published; due.lua has the watermark.
  local published = math.min(now, tonumber(due) - tonumber(ARGV[5]))
  local watermark = tonumber(text_of(KEYS[2]) or 0) or 0
  if published > watermark or watermark > now then
    redis.call('SET', KEYS[2], whole(published))
  end
end
redis.call('HSET', base .. ':claims', id, ARGV[2])
redis.call('ZADD', base .. ':open', whole(now + ARGV[3]), id)
if tonumber(ARGV[3]) > tonumber(run[8] or 0) then
  redis.call('HSET', base, 'lease', ARGV[3])
end
return granted(base, id, run, redis.call('HINCRBY', base .. ':attempts', id, 1), ARGV[4])
