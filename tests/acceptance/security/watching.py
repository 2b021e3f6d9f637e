"""All places where something can be seen: Redis, its traffic, process lists, Flower, a database."""

import base64
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import psutil
import psycopg
import redis
from psycopg import sql

END = "glueline-test:end-of-traffic"


@contextmanager
def traffic(url: str) -> Iterator[list[str]]:
    """Every command that the server gets, the short-lived messages and events among them."""
    seen: list[str] = []
    patient = {"socket_timeout": None, "decode_responses": True}
    with redis.Redis.from_url(url, **patient) as client, client.monitor() as monitor:
        thread = threading.Thread(target=_listen, args=(monitor, seen), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            client.set(END, "1", ex=1)
            thread.join(timeout=5)


def _listen(monitor: redis.client.Monitor, seen: list[str]) -> None:
    for command in monitor.listen():
        seen.append(command["command"])
        if END in command["command"]:
            return


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """The command lines of all that starts below this process, looked at many times a second."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not over.wait(0.1):
            for process in me.children(recursive=True):
                with suppress(psutil.Error):
                    seen.add(" ".join(process.cmdline()))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def everything_in(client: redis.Redis, prefix: str) -> str:
    """All keys below ``prefix`` with their values."""
    reading = {
        "string": client.get,
        "list": lambda key: client.lrange(key, 0, -1),
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        "hash": client.hgetall,
        "stream": client.xrange,
        "none": lambda _: None,
    }
    keys = sorted(client.scan_iter(f"{prefix}*", count=1000))
    return "\n".join(f"{key} {reading[client.type(key)](key)}" for key in keys)


def bodies_in(text: str) -> str:
    """The bodies of Celery's messages, which travel in base64."""
    found = re.findall(r'\\*"body\\*": \\*"([\w+/=]+)', text)
    return "\n".join(base64.b64decode(body).decode() for body in found)


def rows_of(database: str) -> str:
    """All rows of all tables of a PostgreSQL database as text."""
    texts = []
    with psycopg.connect(database) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in names.fetchall():
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))
            texts += [row for (row,) in connection.execute(query)]
    return "\n".join(texts)


def page(url: str, login: str) -> str:
    """A page of Flower; nothing when it does not listen yet."""
    token = base64.b64encode(login.encode()).decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode())
    except urllib.error.URLError:
        time.sleep(0.1)
        return ""


@contextmanager
def echoing_endpoint(message: str) -> Iterator[str]:
    """An endpoint that refuses every call with ``message``, and repeats the headers it was sent."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            canonical = "\n".join(f"{k.lower()}:{v}" for k, v in self.headers.items())
            said = f"{message} The Canonical String should have been 'POST\n/\n{canonical}'"
            body = json.dumps({"__type": "ValidationException", "message": said}).encode()
            if not self.headers.get("x-amz-target"):  # STS speaks XML
                error = f"<Code>InvalidSignatureException</Code><Message>{escape(said)}</Message>"
                body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
            self.send_response(400)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
