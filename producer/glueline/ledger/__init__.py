"""Runs and units in Redis. The queue only says that there is work; the ledger is the truth.

Each operation is a ``Command``: a Lua script with its keys and arguments, and a function that reads
its answer. ``Commands`` makes them; a ``Ledger`` (blocking) or an ``AsyncLedger`` carries them out.
"""

from glueline.ledger.command import Command
from glueline.ledger.commands import Commands
from glueline.ledger.keys import Keys
from glueline.ledger.ledger import AsyncLedger, Ledger, LedgerUnavailable

__all__ = ["AsyncLedger", "Command", "Commands", "Keys", "Ledger", "LedgerUnavailable"]
