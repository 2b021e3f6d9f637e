"""Checks of sources: what their credentials may do, found out by the cheapest calls."""

from glueline_worker.checking.source import check_source as check_source
