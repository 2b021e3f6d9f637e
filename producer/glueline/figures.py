"""The former place of ``LedgerCollector``, for services that import it from here."""

from glueline.telemetry.ledger_metrics import LedgerCollector

__all__ = ["LedgerCollector"]
