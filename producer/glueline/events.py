"""The former place of ``accept_events``, for services that import it from here."""

from glueline.changes.intake import AcceptedEvents, accept_events

__all__ = ["AcceptedEvents", "accept_events"]
