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
-- <prefix>watermark (see due.lua), <prefix>scope:… (base of the scope's newest run, for as long as
-- that run is remembered),
-- <prefix>generation:<source>, <prefix>generation:<source>:floor (see fix.lua), <prefix>idempotency:…, <prefix>dead (list),
-- <prefix>check:<source> (the last report on its permissions), <prefix>check-asked:<source> (while
-- a check is wanted), <prefix>session:<digest> (logins to the page of the HTTP API),
-- <prefix>schedules (hash schedule -> '<last slot served> <timing>'),
-- <prefix>scheduler (when a scheduler last had served all that was due),
-- <prefix>changes (zset group -> when it is due), <prefix>changes:sealed (zset group -> when to look
-- again), <prefix>changes:since (zset batch -> begun), <prefix>changes:known (zset event -> noted),
-- <prefix>change:<group> and <prefix>change:<group>:sealed (see note.lua).

local WARNINGS = 1000
local PARTS = {'', ':units', ':attempts', ':losses', ':done', ':failures', ':listings',
  ':receipts', ':warnings'}

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Lua's tostring writes large numbers as 1.7e+12, which no reader of a key wants.
local function whole(number)
  return string.format('%.0f', number)
end

-- Count open units by their kind: an id is '<kind>' or '<kind>/…'.
local function count_open(base, id, by)
  redis.call('HINCRBY', base, 'open:' .. string.match(id, '^[^/]*'), by)
end

-- Close all that is open.
local function close_all(base)
  redis.call('DEL', base .. ':open', base .. ':claims')
  for _, name in ipairs(redis.call('HKEYS', base)) do
    if string.sub(name, 1, 5) == 'open:' then redis.call('HDEL', base, name) end
  end
end

-- Open a unit unless the run knows it already. True when it is new.
local function open_unit(base, id, message, due)
  if redis.call('ZSCORE', base .. ':open', id)
    or redis.call('SISMEMBER', base .. ':done', id) == 1
    or redis.call('HEXISTS', base .. ':failures', id) == 1 then
    return false
  end
  redis.call('ZADD', base .. ':open', whole(due), id)
  redis.call('HSET', base .. ':units', id, message)
  count_open(base, id, 1)
  return true
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
