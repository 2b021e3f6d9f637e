"""Each library is registered once, and no two of them answer to one name."""

import importlib
import pkgutil

import pytest

from glueline_worker.lineage.script import models
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.registry import LIBRARIES, merge_tables


def test_every_library_of_a_model_is_registered():
    modules = pkgutil.walk_packages(models.__path__, f"{models.__name__}.")
    found = {
        id(value): f"{module.name}.{name}"
        for module in modules
        for name, value in vars(importlib.import_module(module.name)).items()
        if isinstance(value, Library)
    }
    registered = {id(library) for library in LIBRARIES}
    assert [name for key, name in found.items() if key not in registered] == []


def test_no_library_is_registered_twice():
    assert len({id(library) for library in LIBRARIES}) == len(LIBRARIES)


def test_two_libraries_with_one_name_are_an_error():
    tables = [{"read": 1, "a.read": 2}, {"read": 3}]
    with pytest.raises(ValueError, match="registered by two libraries: read"):
        merge_tables(tables)
