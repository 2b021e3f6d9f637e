import gc

import pytest

from glueline.imports import import_without_collections


def test_no_garbage_is_collected_during_imports_and_again_after_them() -> None:
    with import_without_collections():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_garbage_is_collected_again_after_an_import_that_failed() -> None:
    with pytest.raises(ImportError), import_without_collections():
        raise ImportError

    assert gc.isenabled()


def test_later_collections_leave_out_what_was_imported() -> None:
    before = gc.get_freeze_count()

    with import_without_collections():
        made = [[] for _ in range(1000)]  # type: ignore[var-annotated]

    assert gc.get_freeze_count() >= before + len(made)
    gc.unfreeze()
