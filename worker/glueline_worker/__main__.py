"""``python -m glueline_worker COUNT FOLDER``: workers with their logs in FOLDER.

Their parent gives orders in standard input: see ``glueline_worker.local.workers``.
"""

import sys
from pathlib import Path

from glueline_worker.local.worker_process import obey_parent

sys.exit(obey_parent(int(sys.argv[1]), Path(sys.argv[2])))
