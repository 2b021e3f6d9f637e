"""Sets of words that are written as one text."""


def split_words(text: str) -> frozenset[str]:
    """Return the words of ``text``."""
    return frozenset(text.split())
