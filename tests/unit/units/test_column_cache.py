"""The columns that a worker process keeps: whole, and never more than their share of memory."""

from glueline_worker.units.column_cache import CachedColumns, ColumnCache

ORDERS = CachedColumns({"": ("id", "ship"), "ship": ("city",)})


def put(cache: ColumnCache, table: str, columns: CachedColumns = ORDERS) -> None:
    cache.put("run", "default", table, columns)


def test_what_is_put_comes_back_with_its_fields() -> None:
    cache = ColumnCache()
    put(cache, "a/b")
    put(cache, "a/secret", CachedColumns({}, is_answered=False))
    found = cache.get("run", "default", "a/b")
    assert found is not None
    assert {path: tuple(names) for path, names in found.schema.items()} == ORDERS.schema
    assert cache.get("run", "default", "a/secret") == CachedColumns({}, is_answered=False)
    assert cache.get("another run", "default", "a/b") is None
    assert cache.get("run", "other", "a/b") is None


def test_the_tables_that_were_used_least_lately_go_first() -> None:
    cache = ColumnCache(most_bytes=1_200)
    for table in ("a", "b", "c"):
        put(cache, table)
    assert cache.get("run", "default", "a")
    put(cache, "d")
    assert ("run", "default", "a") in cache
    assert ("run", "default", "b") not in cache


def test_bytes_count_and_not_tables() -> None:
    cache = ColumnCache(most_bytes=500_000)
    wide = CachedColumns({"": tuple(f"column_{number}" for number in range(30_000))})
    for number in range(10):
        put(cache, f"db/wide{number}", wide)
        assert cache.size <= 500_000
    for _ in range(3):  # the same table again takes no more
        put(cache, "db/small")
    size = cache.size
    put(cache, "db/small")
    assert cache.size == size


def test_a_table_that_is_larger_than_all_is_not_kept() -> None:
    cache = ColumnCache(most_bytes=1_000)
    put(cache, "db/t", CachedColumns({"": tuple(f"column_{number}" for number in range(1_000))}))
    assert cache.size == 0
