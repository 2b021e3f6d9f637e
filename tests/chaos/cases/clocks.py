"""Clocks that step, of Redis and of the workers, while a run goes on."""

from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.stage import Stage, calm, is_over, settled, verify, wait

HOUR = 3_600_000

STEP = """
-- Redis's clock cannot be moved. What it has written can: all of it becomes so much older as if the
-- clock had gone forward.  ARGV  1 prefix  2 milliseconds  3 '1': the workers' clocks too
local by = tonumber(ARGV[2])
local RUN = {'created_at', 'finished_at', 'settled_at', 'seen', 'unserved_since', 'unserved_at', 'at'}
local QUOTA = {'tat', 'since'}

local function moved(text, step)
  return string.format('%.0f', tonumber(text) - step)
end

local function move_fields(key, names, step)
  for _, name in ipairs(names) do
    local text = redis.call('HGET', key, name)
    if text then redis.call('HSET', key, name, moved(text, step)) end
  end
end

for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local name, kind = string.sub(key, #ARGV[1] + 1), redis.call('TYPE', key).ok
  local ends = redis.call('PEXPIRETIME', key)
  if kind == 'zset' and (name ~= 'unacked_index' or ARGV[3] == '1') then
    local unit = name == 'unacked_index' and 1000 or 1
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      redis.call('ZINCRBY', key, -by / unit, member)
    end
  elseif kind == 'hash' and string.sub(name, 1, 6) == 'quota:' then
    move_fields(key, QUOTA, by * 1000)
  elseif kind == 'hash' then
    move_fields(key, RUN, by)
  elseif name == 'watermark' then
    redis.call('SET', key, moved(redis.call('GET', key), by))
  end
  if ends > 0 then redis.call('PEXPIREAT', key, moved(ends, by)) end
end
"""


@case(
    full={"catalogue": THOUSANDS, "steps": 40, "kills": 20, "workers": 4, "latency": 0.6},
    short={"catalogue": DOZENS, "steps": 4, "kills": 2, "workers": 2, "latency": 0.4},
)
def clocks_that_step(
    stage: Stage, *, catalogue: dict[str, Any], steps: int, kills: int, workers: int, latency: float
) -> None:
    """Clocks that go an hour forward or back, again and again, cost time and nothing else."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)
    expected = calm(system)
    sim.configure(latency=latency)
    run_id = system.producer.enqueue_catalog().run_id
    step = stage.client.register_script(STEP)
    acts = ["step"] * steps + ["kill"] * kills
    stage.random.shuffle(acts)

    def act() -> None:
        if acts.pop() == "kill":
            stage.kill_a_worker(system)
            return
        milliseconds = stage.random.choice((-HOUR, HOUR))
        is_everywhere = stage.random.random() < 0.5
        step(args=[system.settings.key_prefix, milliseconds, int(is_everywhere)])
        where = "everywhere" if is_everywhere else "in Redis"
        stage.add(f"{'forward' if milliseconds > 0 else 'back'} {where}", 1)

    stage.disturb(
        "steps and kills", steps + kills, act, pause=(0.2, 0.9), over=is_over(system, run_id)
    )
    stage.counts["settled at the last step"] = settled(system, run_id)
    sim.configure(latency=0)
    wait(system, run_id, 300)
    # Kombu restores what dead workers had taken by the workers' clocks, and its lock outlives a
    # step back. The ledger did not wait for it: what comes now comes late, and changes nothing.
    prefix = system.settings.key_prefix
    stage.client.delete(f"{prefix}unacked_mutex")
    if late := stage.client.zrange(f"{prefix}unacked_index", 0, -1):
        stage.client.zadd(f"{prefix}unacked_index", dict.fromkeys(late, 0), xx=True)
    verify(stage, system, run_id, expected)
