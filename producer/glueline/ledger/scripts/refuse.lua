-- Refuse a unit that this version cannot read: leave it to a newer one, or give it up.
--
-- KEYS  1 base  2 dead
-- ARGV  1 unit id  2 attempts allowed  3 redispatch_after (ms)  4 failure  5 dead letter
--       6 how many letters to keep
-- Returns 'left' (a worker holds it, or it is settled), 'later', 'failed' or, when it was the
-- last unit of its run, the message of `finish`
--
-- The attempt is counted before the unit is read. A run leaves one dead letter, however many of its
-- units cannot be read.

local LONGEST = 60000

local base, id = KEYS[1], ARGV[1]
local now = now_ms()
local due = redis.call('ZSCORE', base .. ':open', id)
if not is_known(base) or not due then return 'left' end
local holder = redis.call('HGET', base .. ':claims', id)
if holder and holder ~= 'retry' and tonumber(due) > now then return 'left' end

local attempts = redis.call('HINCRBY', base .. ':attempts', id, 1)
if attempts < tonumber(ARGV[2]) then
  local pause = math.min(LONGEST, ARGV[3] * 2 ^ (attempts - 1))
  redis.call('HSET', base .. ':claims', id, 'retry')
  redis.call('ZADD', base .. ':open', whole(now + pause), id)
  return 'later'
end
if redis.call('HINCRBY', base, 'unreadable', 1) == 1 then
  redis.call('LPUSH', KEYS[2], ARGV[5])
  redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[6]) - 1)
end
return fail_unit(base, id, ARGV[4], now + ARGV[3]) and finish_of(base) or 'failed'
