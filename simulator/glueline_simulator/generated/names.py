"""Generate names like those of a data platform, and find the index of a name."""

from collections.abc import Sequence

_DOMAINS = (
    "sales", "marketing", "finance", "logistics", "web", "crm", "product", "support",
    "inventory", "billing", "risk", "people", "partners", "mobile", "search", "payments",
)  # fmt: skip
_LAYERS = ("raw", "curated", "mart", "staging")
_ENTITIES = (
    "orders", "customers", "sessions", "payments", "shipments", "invoices", "products", "clicks",
    "returns", "suppliers", "campaigns", "refunds", "accounts", "events", "stock_levels",
    "prices", "baskets", "tickets", "devices", "subscriptions", "leads", "visits", "ledger",
    "journal", "rates", "contracts", "reviews", "impressions", "deliveries", "vouchers",
)  # fmt: skip
_TASKS = ("load", "clean", "join", "export", "aggregate", "enrich", "snapshot", "publish")


class NameSeries:
    """Names such as ``stem_0042``: stem and number follow from the index."""

    def __init__(self, stems: Sequence[str], size: int, digits: int) -> None:
        self._stems = stems
        self._size = size
        self._digits = digits

    def __len__(self) -> int:
        """Return the number of names."""
        return self._size

    def name(self, index: int) -> str:
        """Return the name at an index."""
        return f"{self._stems[index % len(self._stems)]}_{index:0{self._digits}d}"

    def index(self, name: str) -> int | None:
        """Return the index of a name; None when it is not in the series."""
        _, _, digits = name.rpartition("_")
        if not (digits.isascii() and digits.isdigit()):
            return None
        index = int(digits)
        return index if index < self._size and self.name(index) == name else None


def name_databases(size: int) -> NameSeries:
    """Generate names of databases: ``raw_sales_0000``."""
    stems = [f"{layer}_{domain}" for layer in _LAYERS for domain in _DOMAINS]
    return NameSeries(stems, size, 4)


def name_tables(size: int) -> NameSeries:
    """Generate names of the tables of a database: ``orders_000000``."""
    return NameSeries(_ENTITIES, size, 6)


def name_jobs(size: int) -> NameSeries:
    """Generate names of jobs: ``load-orders_0000``."""
    stems = [f"{task}-{entity}" for entity in _ENTITIES for task in _TASKS]
    return NameSeries(stems, size, 4)
