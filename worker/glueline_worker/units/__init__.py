"""The kinds of units: each reads a part of a source, writes records and opens further units."""
