"""Compare the truth of this harness with that of cases that others made, in a folder of JSON."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from truth.edges import as_edges
from truth.spark import start


def main() -> None:
    """Print each case in which the two differ."""
    same = 0
    with start() as spark:
        spark.make_tables()
        for path in sorted(Path(sys.argv[1]).glob("*.json")):
            case = json.loads(path.read_text())
            script = case.get("input", {}).get("script") if isinstance(case, dict) else None
            if not script:
                continue
            try:
                edges = as_edges(spark.read_script(script))
            except Exception as error:  # noqa: BLE001
                print(path.name, "ERROR", type(error).__name__, str(error)[:300])
                continue
            expected = {tuple(edge) for edge in case["expected"]["columns"]}
            deciding = {tuple(edge) for edge in case["expected"]["only_deciding"]}
            if edges.direct == expected and edges.deciding == deciding:
                same += 1
                continue
            print(path.name, script[-300:])
            print(
                "   more direct",
                sorted(edges.direct - expected),
                "less",
                sorted(expected - edges.direct),
            )
            print(
                "   more deciding",
                sorted(edges.deciding - deciding),
                "less",
                sorted(deciding - edges.deciding),
            )
    print(same, "are the same")


if __name__ == "__main__":
    main()
