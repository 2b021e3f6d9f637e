"""Names that look like a data platform's and can be turned back into an index."""

from collections.abc import Sequence

DOMAINS = (
    "sales", "marketing", "finance", "logistics", "web", "crm", "product", "support",
    "inventory", "billing", "risk", "people", "partners", "mobile", "search", "payments",
)  # fmt: skip
LAYERS = ("raw", "curated", "mart", "staging")
ENTITIES = (
    "orders", "customers", "sessions", "payments", "shipments", "invoices", "products", "clicks",
    "returns", "suppliers", "campaigns", "refunds", "accounts", "events", "stock_levels",
    "prices", "baskets", "tickets", "devices", "subscriptions", "leads", "visits", "ledger",
    "journal", "rates", "contracts", "reviews", "impressions", "deliveries", "vouchers",
)  # fmt: skip
TASKS = ("load", "clean", "join", "export", "aggregate", "enrich", "snapshot", "publish")


class NameSeries:
    """``stem_0042``: the stem and the number both follow from the index."""

    def __init__(self, stems: Sequence[str], size: int, digits: int) -> None:
        self._stems = stems
        self._size = size
        self._digits = digits

    def __len__(self) -> int:
        """How many names there are."""
        return self._size

    def name(self, index: int) -> str:
        """The name at an index."""
        return f"{self._stems[index % len(self._stems)]}_{index:0{self._digits}d}"

    def index(self, name: str) -> int | None:
        """The index of a name, None when it is not in the series."""
        _, _, digits = name.rpartition("_")
        if not (digits.isascii() and digits.isdigit()):
            return None
        index = int(digits)
        return index if index < self._size and self.name(index) == name else None


def database_names(size: int) -> NameSeries:
    """Names of databases: ``raw_sales_0000``."""
    stems = [f"{layer}_{domain}" for layer in LAYERS for domain in DOMAINS]
    return NameSeries(stems, size, 4)


def table_names(size: int) -> NameSeries:
    """Names of the tables of a database: ``orders_000000``."""
    return NameSeries(ENTITIES, size, 6)


def job_names(size: int) -> NameSeries:
    """Names of jobs: ``load-orders_0000``."""
    stems = [f"{task}-{entity}" for entity in ENTITIES for task in TASKS]
    return NameSeries(stems, size, 4)
