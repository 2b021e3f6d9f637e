-- Stop a run; what it wrote so far is taken back by its `finish`.
--
-- KEYS  1 base
-- ARGV  1 reason  2 finish message  3 silence (ms)
-- Returns the state before: 'running' means that the run was cancelled now, 'finishing' that it
-- is too late, and false that there is no such run

local base = KEYS[1]
local state = redis.call('HGET', base, 'state')
if state ~= 'running' then return state end
if redis.call('HEXISTS', base .. ':claims', 'finish') == 1 then return 'finishing' end
stop_run(base, 'cancelled', ARGV[1], ARGV[2], now_ms() + ARGV[3])
return 'running'
