"""Glue's answers into records.

Everything here is a pure function of its input: no I/O, no AWS client. No builder raises for an
odd answer: what cannot be understood becomes a sentence in the record's ``warnings``.
"""
