"""One module for each kind of unit: what it reads, what it yields, which units it opens."""
