"""Python runs this before a worker whose PYTHONPATH has this folder; the product knows nothing.

``TEST_ERROR_DATABASE``: reading the tables of this database is an unforeseen error, which says
``TEST_ERROR_TEXT``.
``TEST_FATES``: a file that says what becomes of those who read a database; see ``fates.py``.
``TEST_VISIBILITY_TIMEOUT``: seconds, instead of the minute of real workers.
``TEST_SOCKET_TIMEOUT``: seconds until a silent connection to Redis is given up.
"""

import os
import sys
from typing import Any

if timeout := os.environ.get("TEST_VISIBILITY_TIMEOUT"):
    try:
        import glueline.celery_app as home

        name = "make_celery_app"
    except ImportError:  # the released version, which runs with this hook too
        import glueline.queue as home  # type: ignore[no-redef]

        name = "celery_app"
    make = getattr(home, name)

    def make_impatient_app(settings: Any) -> Any:
        app = make(settings)
        app.conf.broker_transport_options["unacked_restore_interval"] = 1
        # A worker that is killed while it holds kombu's mutex leaves it locked for so long.
        app.conf.broker_transport_options["unacked_mutex_expire"] = 2
        return app

    changes = {"VISIBILITY_TIMEOUT": int(timeout), name: make_impatient_app}
    # A fork may have imported more than the module that defines them.
    for module in [one for name, one in sys.modules.items() if name.startswith("glueline")]:
        for changed in changes.keys() & vars(module).keys():
            setattr(module, changed, changes[changed])

if silence := os.environ.get("TEST_SOCKET_TIMEOUT"):
    try:
        from glueline.redis.clients import CLIENT_OPTIONS
    except ImportError:  # the released version has it here
        from glueline.connecting import CLIENT_OPTIONS

    CLIENT_OPTIONS |= dict.fromkeys(("socket_timeout", "health_check_interval"), float(silence))

if broken := os.environ.get("TEST_ERROR_DATABASE"):
    from glueline_worker.aws.glue import Glue

    read = Glue.list_tables

    def tables(self: Glue, database: str, *args: Any, **options: Any) -> Any:
        if database == broken:
            raise RuntimeError(os.environ["TEST_ERROR_TEXT"])
        return read(self, database, *args, **options)

    Glue.list_tables = tables  # type: ignore[method-assign]

if os.environ.get("TEST_TROUBLE"):
    import trouble  # noqa: F401 - changes what it imports

if os.environ.get("TEST_FATES"):
    import fates  # noqa: F401 - changes what it imports
