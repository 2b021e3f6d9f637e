"""Tables of relational databases, by the URL that a job or a connection gives."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.aws import name_catalog_table
from glueline_worker.lineage.naming.engines import (
    DATABASE_ENGINES,
    GENERIC_ENGINE,
    DatabaseEngine,
    find_engine,
)
from glueline_worker.lineage.naming.text import (
    EMPTY_CONTEXT,
    PRIVATE_USE,
    UNKNOWN_NAME,
    lower,
    mask,
    resolve_arguments,
    split_name,
)

_SUBPROTOCOL = re.compile(r"([a-z][\w+-]*):(?!\d)", re.IGNORECASE)
# Where the parameters begin: ?a=b, ;a=b, :a=b (DB2) or /A=b (Teradata, Athena).
_PARAMETERS = re.compile(r"[?;]|[:,/](?=\w+=)")
_PARAMETER = re.compile(r"(?<!\w)(\w++)=([^;&,?]*)")
_ASSIGNMENT = re.compile(r"[?;:,/&]\w+=")
_ORACLE_REST = re.compile(r"[(?]\w+=")
_DESCRIPTION = re.compile(r"\b(host|port|service_name|sid)\s*=\s*([^()\s]+)", re.IGNORECASE)
_HOST_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([^:]*))?(?::(.*))?", re.DOTALL)
_PORT = re.compile(rf"[\d{chr(PRIVATE_USE[0])}-{chr(PRIVATE_USE[-1])}]+")
_REDSHIFT_HOST = re.compile(
    r"([^.]+)\.[^.]+\.([^.]+)\.redshift(?:-serverless)?\.amazonaws\.com(?:\.cn)?"
)
_SNOWFLAKE_HOST = ".snowflakecomputing.com"
_DATABASE_KEYS = ("databasename", "database", "dbname", "db", "catalog")
_SCHEMA_KEYS = ("currentschema", "schema", "sfschema")


class DatabaseAddress(Struct, frozen=True):
    """The parts of a connection URL, without users, passwords and other parameters."""

    engine: DatabaseEngine = GENERIC_ENGINE
    host: str = ""
    port: str = ""
    database: str = ""
    schema: str = ""

    @property
    def namespace(self) -> str:
        """The namespace of the tables found there."""
        if not self.host:
            return self.engine.scheme
        host = lower(self.host).removesuffix(_SNOWFLAKE_HOST)
        port = self.port or (str(self.engine.port) if self.engine.port else "")
        if self.engine.scheme == "redshift" and (match := _REDSHIFT_HOST.fullmatch(host)):
            host = f"{match[1]}.{match[2]}"
        return f"{self.engine.scheme}://{host}:{port}" if port else f"{self.engine.scheme}://{host}"


def name_jdbc_table(
    url: str,
    table: str,
    context: LineageContext = EMPTY_CONTEXT,
    *,
    engine: str | None = None,
    database: str | None = None,
    schema: str | None = None,
) -> Dataset:
    """Return a table behind a JDBC URL; ``engine`` helps where the URL is known only at run time.

    ``database`` and ``schema`` win over the URL's; parts in ``table`` itself win over both.
    """
    hint = find_engine(engine) if engine else None
    address = parse_url(resolve_arguments(url, context), hint or GENERIC_ENGINE)
    address = replace(
        address,
        database=resolve_arguments(database or address.database, context),
        schema=resolve_arguments(schema or address.schema, context),
    )
    return name_database_table(address, split_name(resolve_arguments(table, context)), context)


def name_redshift_table(
    url: str, table: str, context: LineageContext = EMPTY_CONTEXT, *, database: str | None = None
) -> Dataset:
    """Return a Redshift table by the URL or the host name of its cluster."""
    return name_jdbc_table(url, table, context, engine="redshift", database=database)


def name_database_table(
    address: DatabaseAddress, parts: Sequence[str], context: LineageContext
) -> Dataset:
    """Return the table named by ``parts``, completed from the address."""
    if address.engine.scheme == "athena":
        database = parts[-2] if len(parts) > 1 else address.schema or "default"
        return name_catalog_table(database, parts[-1] if parts else UNKNOWN_NAME, context)
    before = [address.database]
    if address.engine.levels > len(before) + 1:
        before.append(address.schema or address.engine.schema or "")
    table = list(parts) or [UNKNOWN_NAME]
    missing = max(0, address.engine.levels - len(table))
    name = ".".join(part for part in (*before[:missing], *table) if part)
    return Dataset(namespace=address.namespace, name=name)


def parse_url(url: str, engine: DatabaseEngine = GENERIC_ENGINE) -> DatabaseAddress:
    """Read a JDBC URL, or a bare ``host:port``; missing parts stay empty."""
    masked, restore = mask(url.strip())
    engine, body = _split_engine(masked, engine)
    if masked != body and not body.startswith("//") and re.fullmatch(r"[\w.-]+", body):
        body = f"//:/{body}"  # no host at all (jdbc:db2:sample)
    body = _remove_user(body, engine)
    cut = _PARAMETERS.search(body) if "(" not in body else None
    head, tail = (body[: cut.start()], body[cut.start() :]) if cut else (body, "")
    host, port, database, schema = _split_authority(head, engine)
    parameters = {key.lower(): value.strip() for key, value in _PARAMETER.findall(tail)}
    host = host or parameters.get("servername", "")
    named = next((parameters[key] for key in _DATABASE_KEYS if parameters.get(key)), "")
    schema = next((parameters[key] for key in _SCHEMA_KEYS if parameters.get(key)), schema)
    port = port or parameters.get("dbs_port", "")
    return DatabaseAddress(
        engine=engine,
        host=restore(host),
        port=restore(port) if _PORT.fullmatch(port) else "",
        database=restore(named or database),
        schema=restore(schema),
    )


def _split_engine(text: str, engine: DatabaseEngine) -> tuple[DatabaseEngine, str]:
    """Take the subprotocols (``jdbc:oracle:thin:``) off and remember the engine among them."""
    while match := _SUBPROTOCOL.match(text):
        word = match[1].lower()
        if word != "jdbc" and word not in DATABASE_ENGINES and _PORT.match(text, match.end()):
            break  # host:{arg:port}
        engine = DATABASE_ENGINES.get(word, engine)
        text = text[match.end() :]
    return engine, text


def _remove_user(body: str, engine: DatabaseEngine) -> str:
    """Take ``//user:password@`` off; an ``@`` behind the first ``a=`` belongs to a parameter."""
    oracle = engine.scheme == "oracle"
    first = (_ORACLE_REST if oracle else _ASSIGNMENT).search(body)
    at = body.rfind("@", 0, first.start() if first else len(body))
    if at < 0 and oracle:
        at = body.rfind("@")  # Oracle's URLs have one: the assignment is in the password
    return body[at + 1 :]


def _split_authority(head: str, engine: DatabaseEngine) -> tuple[str, str, str, str]:
    """Split ``//user@host:port/database/schema`` and the like into host, port, database, schema."""
    if "(" in head:  # Oracle's (DESCRIPTION=(ADDRESS=(HOST=…)(PORT=…))(CONNECT_DATA=…))
        found: dict[str, str] = {}
        for key, value in _DESCRIPTION.findall(head):
            found.setdefault(key.lower(), value)
        service = found.get("service_name") or found.get("sid", "")
        return found.get("host", ""), found.get("port", ""), service, ""
    authority, _, path = head.lstrip("/").partition("/")
    first = authority.split(",")[0].partition("\\")[0]
    match = _HOST_PORT.fullmatch(first)
    host, port, sid = match.groups("") if match else (first, "", "")
    database, _, schema = path.partition("/")
    return host, port, database or sid, schema if engine.scheme in {"trino", "presto"} else ""
