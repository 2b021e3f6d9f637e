-- Stop a run; what it wrote so far is taken back by its `finish`.
--
-- KEYS  1 base
-- ARGV  1 reason  2 redispatch_after (ms)
-- Returns {1, 'cancelled', 1, finish message} when the run was cancelled now, {0, its state,
-- 1 when it has ended} when it had ended or is being finished, and false where there is no such run

local base = KEYS[1]
local state = redis.call('HGET', base, 'state')
if not state then return false end
if not is_going_on(base) then return {0, state, redis.call('HEXISTS', base, 'finished_at')} end
local finish = finish_of(base)
stop_run(base, 'cancelled', ARGV[1], finish, now_ms() + ARGV[2])
return {1, 'cancelled', 1, finish}
