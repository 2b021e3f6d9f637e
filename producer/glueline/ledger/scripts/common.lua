-- Put before every other script.
--
-- The keys of a run, all derived from its base `<prefix>run:<id>` (so that one name is enough to
-- pass; the ledger is for one Redis server or Sentinel, not for a sharded cluster):
--
--   <base>            hash    state, request, source, scope, scope_key, generation, created_at,
--                             finished_at, reason, settled, failed, count:<what>,
--                             open:<kind> (units that are open, for gauges.lua),
--                             suspect (see claim.lua), trace (W3C's traceparent),
--                             replayed (1 once it has ended and runs, or ran, again),
--                             summary (the request without its filters, for listings),
--                             kept:receipts, kept:listings (how many there must be),
--                             waiting (1 while it waits for the run with the base `after` to end),
--                             protected (1: a newer run waits for its end, see open_run.lua),
--                             lease (the longest of its claims, ms), age and seen (see due.lua),
--                             broken (1: it was ended before its end, and is not replayed),
--                             unreadable (units that were given up because they cannot be read),
--                             cleaning (the warning that says what postpone.lua waits for),
--                             circumstances (JSON, see fix.lua), settled_at (when a unit last went
--                             well), unserved_since, unserved_at (see give_back.lua)
--   <base>:open       zset    unit id -> when the unit counts as silent (ms, server's clock)
--   <base>:units      hash    unit id -> its message, for as long as it is open or failed
--   <base>:claims     hash    unit id -> the holder's token, or 'retry' while it waits
--   <base>:attempts   hash    unit id -> attempts begun
--   <base>:losses     hash    unit id -> attempts whose holder fell silent
--   <base>:done       set     unit ids settled well
--   <base>:failures   hash    unit id -> {code, message, attempts, at}
--   <base>:listings   set     listings read to their end
--   <base>:receipts   hash    unit id -> what the sinks gave for it
--   <base>:warnings   list    sentences, the first WARNINGS of them
--
-- Keys of all runs: <prefix>runs (zset id -> created), <prefix>active (set of bases),
-- <prefix>watermark and <prefix>looked (see due.lua), <prefix>scope:… (base of the scope's newest run, for as long as
-- that run is remembered),
-- <prefix>generation:<source>, <prefix>generation:<source>:floor (see fix.lua),
-- <prefix>idempotency:… (run id) and <prefix>idempotency:…:asked
-- ('<generation> <digest of the request>'), <prefix>dead (list),
-- <prefix>check:<source> (the last report on its permissions), <prefix>check-asked:<source> (while
-- a check is wanted), <prefix>session:<digest> (logins to the page of the HTTP API),
-- <prefix>schedules (hash schedule -> '<last slot served> <timing>'),
-- <prefix>scheduler (when a scheduler last had served all that was due),
-- <prefix>changes (zset group -> when it is due), <prefix>changes:sealed (zset group -> when to look
-- again), <prefix>changes:since (zset batch -> begun), <prefix>changes:known (zset event -> noted),
-- <prefix>change:<group> and <prefix>change:<group>:sealed (see record_changes.lua).

local WARNINGS, AT_ONCE = 1000, 1000
local PARTS = {'', ':units', ':attempts', ':losses', ':done', ':failures', ':listings',
  ':receipts', ':warnings'}
local TYPES = {[''] = 'hash', [':open'] = 'zset', [':units'] = 'hash', [':claims'] = 'hash',
  [':attempts'] = 'hash', [':losses'] = 'hash', [':done'] = 'set', [':failures'] = 'hash',
  [':listings'] = 'set', [':receipts'] = 'hash', [':warnings'] = 'list'}

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Lua's tostring writes large numbers as 1.7e+12, which no reader of a key wants.
local function whole(number)
  return string.format('%.0f', number)
end

-- The field that counts the open units of a unit's kind: an id is '<kind>' or '<kind>/…'.
local function open_field(id)
  return 'open:' .. string.match(id, '^[^/]*')
end

local function id_of(base)
  return string.match(base, '[^:]+$') or ''
end

-- The text of a key; false too where the key holds something else.
local function text_of(key)
  local found = redis.pcall('GET', key)
  return type(found) == 'string' and found
end

-- Whether the ledger knows the run. A script must not write to a run that was lost, because the keys
-- would never be removed.
local function is_known(base)
  return redis.call('HEXISTS', base, 'state') == 1
end

local function holds(base, id, token)
  return is_known(base) and redis.call('HGET', base .. ':claims', id) == token
end

-- Whether a run is running and its sinks are not being committed yet.
local function is_going_on(base)
  return base and redis.call('HGET', base, 'state') == 'running'
    and redis.call('HEXISTS', base .. ':claims', 'finish') == 0
end

-- The message of a run's `finish`, as the contract writes it.
local function finish_of(base)
  return string.format(
    '{"schema_version":1,"run_id":"%s","source":"%s","kind":"finish"}',
    id_of(base), redis.call('HGET', base, 'source') or 'default')
end

-- Close all open units.
local function close_all(base)
  redis.call('DEL', base .. ':open', base .. ':claims')
  for _, name in ipairs(redis.call('HKEYS', base)) do
    if string.sub(name, 1, 5) == 'open:' then redis.call('HDEL', base, name) end
  end
end

-- Open units, given as {id, message, …}, unless the run knows them already. Returns the new ids.
-- At most AT_ONCE units: more arguments than some thousands are an error of Lua.
local function open_some(base, units, due)
  local ids = {}
  for i = 1, #units, 2 do ids[#ids + 1] = units[i] end
  local open = redis.call('ZMSCORE', base .. ':open', unpack(ids))
  local done = redis.call('SMISMEMBER', base .. ':done', unpack(ids))
  local failed = redis.call('HMGET', base .. ':failures', unpack(ids))
  local new, seen, dues, messages, counts = {}, {}, {}, {}, {}
  for i, id in ipairs(ids) do
    if not open[i] and done[i] == 0 and not failed[i] and not seen[id] then
      seen[id] = true
      new[#new + 1] = id
      dues[#dues + 1], dues[#dues + 2] = whole(due), id
      messages[#messages + 1], messages[#messages + 2] = id, units[2 * i]
      counts[open_field(id)] = (counts[open_field(id)] or 0) + 1
    end
  end
  if #new == 0 then return new end
  redis.call('ZADD', base .. ':open', unpack(dues))
  redis.call('HSET', base .. ':units', unpack(messages))
  for field, number in pairs(counts) do redis.call('HINCRBY', base, field, number) end
  return new
end

-- The same for any number of units, which stand in a list from place `first` on.
local function open_units(base, list, first, due)
  local new = {}
  for start = first, #list, 2 * AT_ONCE do
    local some = {unpack(list, start, math.min(#list, start + 2 * AT_ONCE - 1))}
    for _, id in ipairs(open_some(base, some, due)) do new[#new + 1] = id end
  end
  return new
end

-- Open one unit. True when it is new.
local function open_unit(base, id, message, due)
  return #open_some(base, {id, message}, due) == 1
end

local function warn(base, sentence)
  redis.call('HINCRBY', base, 'count:warnings', 1)
  if redis.call('LLEN', base .. ':warnings') < WARNINGS then
    redis.call('RPUSH', base .. ':warnings', sentence)
  end
end

-- Stop a run before its end: nothing stays open but `finish`, which cleans up the sinks.
local function stop_run(base, state, reason, finish, due)
  redis.call('HSET', base, 'state', state, 'reason', reason, 'finished_at', whole(now_ms()))
  close_all(base)
  open_unit(base, 'finish', finish, due)
end

-- Name the part of its keys that a running run has lost; nil when none is. The contents of the parts
-- are counted beside them, so that a part which vanished and was begun anew is noticed too.
local function lost_part(base)
  local open = redis.call('ZCARD', base .. ':open')
  local units = redis.call('HLEN', base .. ':units')
  local failures = redis.call('HLEN', base .. ':failures')
  local run = redis.call('HMGET', base, 'settled', 'failed', 'kept:receipts', 'kept:listings')
  if failures ~= tonumber(run[2] or 0) then return 'failures' end
  if units < open + failures then return 'the messages of its units' end
  if open == 0 or units > open + failures then return 'the list of its open units' end
  if redis.call('SCARD', base .. ':done') ~= tonumber(run[1] or 0) then
    return 'the list of its settled units'
  end
  if redis.call('HLEN', base .. ':receipts') < tonumber(run[3] or 0) then return 'receipts' end
  if redis.call('SCARD', base .. ':listings') < tonumber(run[4] or 0) then return 'listings' end
  return nil
end

local function lost_sentence(part)
  return 'Redis lost ' .. part .. ' of this run (evicted, deleted or overwritten): enqueue a new one'
end

-- End a run that cannot go on. Its `finish` takes back what it wrote, as that of a cancelled one.
local function break_run(base, reason)
  for part, kind in pairs(TYPES) do
    local found = redis.call('TYPE', base .. part).ok
    if found ~= 'none' and found ~= kind then redis.call('DEL', base .. part) end
  end
  if not is_known(base) then return end
  redis.call('HDEL', base, 'waiting', 'after')
  redis.call('HSET', base, 'broken', 1)
  redis.call('HDEL', base .. ':units', 'finish')
  local state = redis.call('HGET', base, 'state')
  if state == 'running' then
    state = 'failed'
  else
    reason = redis.call('HGET', base, 'reason') or reason
  end
  stop_run(base, state, reason, finish_of(base), now_ms())
end

-- Close a unit as failed. True when it was the last: `finish` is open now.
local function fail_unit(base, id, failure, due)
  redis.call('ZREM', base .. ':open', id)
  redis.call('HDEL', base .. ':claims', id)
  redis.call('HINCRBY', base, open_field(id), -1)
  redis.call('HSET', base .. ':failures', id, failure)
  redis.call('HINCRBY', base, 'failed', 1)
  return redis.call('ZCARD', base .. ':open') == 0
    and open_unit(base, 'finish', finish_of(base), due)
end

-- Take back the warning that a stopped run is not cleaned up yet.
local function take_back_warning(base)
  local sentence = redis.call('HGET', base, 'cleaning')
  if not sentence then return end
  redis.call('HDEL', base, 'cleaning')
  redis.call('HINCRBY', base, 'count:warnings', -1)
  redis.call('LREM', base .. ':warnings', 1, sentence)
end
