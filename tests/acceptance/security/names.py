"""Names that some part of a system may take for something else."""

ODD = [
    *("../../escape", "/etc/passwd", "..", ".", ".hidden", "a/b", "a%2Fb", "a\\b", "C:\\x"),
    *("-rf", "--json", " leading", "trailing ", "two  spaces", "con", "nul", "COM1", "~root"),
    *('quo"te', "quo'te", "back`tick", "' OR '1'='1", "x'); DROP TABLE tables; --"),
    *("new\nline", "tab\there", "return\rhere", "bell\x07", "del\x7f", "unit\x1fseparator"),
    *("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31mred", "\x1bPq\x1b\\"),
    *("100%", "%2e%2e", "%00", "%s", "%(name)s", "{}", "{0.__class__}", "${HOME}", "$(id)"),
    *("*", "?", "[a-z]", "[red]markup[/red]", "[/nothing]", "[redacted]", "(unnamed)"),
    *("\u202eexe.txt", "\u2066isolate\u2069", "line\u2028separator", "\ufeffmark", "a\u200bb"),
    *("crab 🦀", "👨‍👩‍👧", "caf\u00e9", "cafe\u0301", "ß", "ẞ", "İ", "\u0131", "\uffff", "\ufffd"),
    *("Orders", "ORDERS", "orders", "null", "None", "true", "0", "1e3", "=1+1", "@x"),
    *("x" * 255, "é" * 127, "🦀" * 60, "%" * 200, "/" * 100),
]
NUL = ["nul\0byte", "nul\0bytes", "\0"]
"""PostgreSQL stores no NUL in a text."""
LONG = ["y" * 10_000, "y" * 9_999 + "z", "/" * 10_000, "🦀" * 2_500]
"""Longer than Glue allows, and alike up to their end."""
STEERING = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200e\u200f\u2028\u2029"}
STEERING |= {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
