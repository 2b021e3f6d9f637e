"""Listen and serve until a signal comes, then close all connections."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from glueline_simulator.control import CONTROL_PREFIX, ControlEndpoint
from glueline_simulator.errors import StartError
from glueline_simulator.simulation import Simulation
from glueline_simulator.wire.connection import HttpConnection
from glueline_simulator.wire.messages import HttpRequest

if sys.platform == "win32":
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    import uvloop

    new_event_loop = uvloop.new_event_loop


@dataclass(frozen=True)
class Address:
    """The address to listen on; port 0 takes a free one."""

    host: str
    port: int


def run_server(
    simulation: Simulation,
    address: Address,
    ready: Callable[[str], None],
    *,
    stop_with_stdin: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is called with the URL. Raises `StartError`."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(simulation, address, ready, stop_with_stdin=stop_with_stdin))


async def _serve(
    simulation: Simulation,
    address: Address,
    ready: Callable[[str], None],
    *,
    stop_with_stdin: bool,
) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    connections: set[HttpConnection] = set()
    handle = _make_handler(simulation)
    try:
        server = await loop.create_server(
            lambda: HttpConnection(handle, connections), address.host, address.port, backlog=1024
        )
    except OSError as error:
        raise StartError(_explain_error(error, address)) from None
    if stop_with_stdin:
        _watch_stdin(loop, stopped)
    host = f"[{address.host}]" if ":" in address.host else address.host
    ready(f"http://{host}:{server.sockets[0].getsockname()[1]}")
    await stopped.wait()
    server.close()
    for connection in list(connections):
        connection.abort()
    await server.wait_closed()


def _make_handler(simulation: Simulation) -> Callable[[HttpRequest, HttpConnection], None]:
    control = ControlEndpoint(simulation)

    def handle(request: HttpRequest, connection: HttpConnection) -> None:
        if request.target.startswith(CONTROL_PREFIX):
            connection.answer(control.answer(request))
        else:
            simulation.handle(request, connection)

    return handle


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """Stop when the parent process has ended, however it ended."""

    def readable() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stopped.set()

    loop.add_reader(0, readable)


def _explain_error(error: OSError, address: Address) -> str:
    place = f"{address.host}:{address.port}"
    text = str(error).lower()
    if "in use" in text:
        return f"{place} is already in use; choose another --port, or 0 for a free one"
    if isinstance(error, PermissionError) or "permission" in text:
        return f"{place} may not be listened on without more rights; choose a port above 1023"
    return f"cannot listen on {place}: {error.strerror or error}"
