-- Metrics of the ledger; the work grows with running runs and their claims, not with their units.
--
-- KEYS  1 active  2 runs  3 the queue's list  4 dead letters  5 quotas (set of families)
--       6 scheduler  7 changes that wait by when they began
-- ARGV  1 redispatch_after (ms)  2 prefix of a base  3 prefix of a quota  4 newest runs to look at
-- Returns {queue length, age of the oldest waiting unit (ms), open units, held units, dead letters,
--          {state, runs, …}, {family, rate, …}, {kind, open, held, to be tried again, …},
--          ms since a scheduler had served all that was due, or false,
--          groups of changes, age of the oldest (ms)}

local now, redispatch_after = now_ms(), tonumber(ARGV[1])
local oldest, open, held = now, 0, 0
local kinds = {}

local function count(kind, place, by)
  kinds[kind] = kinds[kind] or {0, 0, 0}
  kinds[kind][place] = kinds[kind][place] + by
end

local function measure(base)
  local claims = redis.call('HLEN', base .. ':claims')
  open, held = open + redis.call('ZCARD', base .. ':open'), held + claims
  -- Not all fields: a request may be long.
  for _, field in ipairs(redis.call('HKEYS', base)) do
    local kind = string.match(field, '^open:(.*)$')
    if kind then count(kind, 1, tonumber(redis.call('HGET', base, field))) end
  end
  local holders = redis.call('HGETALL', base .. ':claims')
  for i = 1, #holders, 2 do
    count(string.match(holders[i], '^[^/]*'), holders[i + 1] == 'retry' and 3 or 2, 1)
  end
  -- Among so many units at least one is not claimed, if any is; it is due `redispatch_after` after
  -- its message.
  local first = redis.call('ZRANGE', base .. ':open', 0, claims, 'WITHSCORES')
  for i = 1, #first, 2 do
    if redis.call('HEXISTS', base .. ':claims', first[i]) == 0 then
      oldest = math.min(oldest, tonumber(first[i + 1]) - redispatch_after)
      break
    end
  end
end

for _, base in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  pcall(measure, base) -- due.lua ends a run with a damaged key
end

local states, pairs_of_states = {}, {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, tonumber(ARGV[4]) - 1, 'REV')) do
  local state = redis.pcall('HGET', ARGV[2] .. id, 'state')
  if type(state) == 'string' then states[state] = (states[state] or 0) + 1 end
end
for state, runs in pairs(states) do
  pairs_of_states[#pairs_of_states + 1] = state
  pairs_of_states[#pairs_of_states + 1] = runs
end

local rates = {}
for _, family in ipairs(redis.call('SMEMBERS', KEYS[5])) do
  -- A quota that was not used for an hour has expired.
  local rate = redis.call('HGET', ARGV[3] .. family, 'rate')
  if rate then
    rates[#rates + 1] = family
    rates[#rates + 1] = rate
  end
end

local units = {}
for kind, counts in pairs(kinds) do
  for _, value in ipairs({kind, counts[1], counts[2], counts[3]}) do units[#units + 1] = value end
end

local served = redis.call('GET', KEYS[6])
local change = redis.call('ZRANGE', KEYS[7], 0, 0, 'WITHSCORES')
return {redis.call('LLEN', KEYS[3]), now - oldest, open, held, redis.call('LLEN', KEYS[4]),
  pairs_of_states, rates, units, served and now - tonumber(served),
  redis.call('ZCARD', KEYS[7]), now - tonumber(change[2] or now)}
