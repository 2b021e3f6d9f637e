"""Every script in ``cases`` yields the lineage that stands beside it."""

import json
from pathlib import Path

import pytest
from tests.unit.lineage.score import as_document

from glueline_worker.lineage.graph.collapse import collapse, outline
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_script_yields_the_expected_lineage(name):
    expected = json.loads((CASES / f"{name}.json").read_text())
    context = LineageContext(**expected.pop("around", {}))
    graph = read_script((CASES / f"{name}.py").read_bytes(), context)
    lineage, outlined = collapse(graph, context), outline(graph)
    found = as_document(lineage)
    assert {kind: found[kind] for kind in expected} == expected
    assert (outlined.inputs, outlined.outputs) == (lineage.inputs, lineage.outputs)
