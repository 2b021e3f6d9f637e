"""How many scripts a second the script reader reads on one core.

    python benchmarks/lineage_speed.py [--lines 200] [--scripts 200]

The scripts are made of the test corpus: its cases one after another, up to the length asked for,
each script in another order, so that no cache of whole scripts helps.
"""

import argparse
import random
import time
from pathlib import Path

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

CASES = Path(__file__).parents[1] / "tests" / "unit" / "lineage" / "script" / "cases"


def main() -> None:
    options = arguments()
    scripts = made(options.scripts, options.lines)
    context = LineageContext()
    read_script(scripts[0], context)  # what is imported on first use is not the reader's speed
    started = time.process_time()
    edges = sum(len(collapse(read_script(script, context), context).edges) for script in scripts)
    seconds = time.process_time() - started
    print(
        f"{len(scripts)} scripts of {options.lines} lines, {edges} edges: "
        f"{len(scripts) / seconds:.0f} scripts/s of CPU"
    )


def made(count: int, lines: int) -> list[str]:
    chance = random.Random(1)
    cases = [path.read_text() for path in sorted(CASES.glob("*.py"))]
    cases = [case for case in cases if _parses(case)]
    scripts = []
    for _ in range(count):
        chance.shuffle(cases)
        text = "\n".join(cases[:30]).splitlines()[:lines]
        while not _parses("\n".join(text)):
            text.pop()
        scripts.append("\n".join(text))
    return scripts


def _parses(script: str) -> bool:
    try:
        compile(script, "case", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=Path(__file__).name)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--scripts", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
