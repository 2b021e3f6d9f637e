"""Turn the answers of Glue into records.

All functions are pure: no I/O, no AWS client. They do not raise for an odd answer. A value that
they cannot understand becomes a sentence in the record's ``warnings``.
"""
