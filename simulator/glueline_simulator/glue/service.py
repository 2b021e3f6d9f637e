"""The Glue service: from a JSON request to a JSON answer."""

from itertools import count
from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import World
from glueline_simulator.errors import AwsError
from glueline_simulator.glue import databases, dataflow, jobs, partitions, tables
from glueline_simulator.glue.context import Context, Operation, account_of
from glueline_simulator.glue.others import OTHERS
from glueline_simulator.glue.paging import Pager
from glueline_simulator.glue.validation import check
from glueline_simulator.services.call import Call
from glueline_simulator.services.json_protocol import parameters_of
from glueline_simulator.wire.messages import Response

_TARGET = "AWSGlue."
_TYPE = "application/x-amz-json-1.1"
_ON_CATALOG = ("GetDatabases", "SearchTables", "GetCatalogs", "GetConnections")

OPERATIONS: dict[str, Operation] = {
    "BatchGetJobs": jobs.batch_get_jobs,
    "GetDatabase": databases.get_database,
    "GetDatabases": databases.get_databases,
    "GetDataflowGraph": dataflow.get_dataflow_graph,
    "GetJob": jobs.get_job,
    "GetJobRun": jobs.get_job_run,
    "GetJobRuns": jobs.get_job_runs,
    "GetJobs": jobs.get_jobs,
    "GetPartition": partitions.get_partition,
    "GetPartitionIndexes": partitions.get_partition_indexes,
    "GetPartitions": partitions.get_partitions,
    "GetTable": tables.get_table,
    "GetTables": tables.get_tables,
    "ListJobs": jobs.list_jobs,
    "SearchTables": tables.search_tables,
    **OTHERS,
}


class Glue:
    """AWS Glue."""

    prefix = "glue"

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._pager = Pager(seed)
        self._ids = count(1)

    def understand(self, call: Call) -> None:
        """Read the target header and the JSON body."""
        body = parameters_of(call, OPERATIONS, _TARGET)
        check(call.operation, body)
        call.parameters = {name: value for name, value in body.items() if value is not None}

    def resources(self, call: Call) -> tuple[str, list[str]]:
        """The ARN of what the call is about, and its names in short."""
        resource, names = _resource(call.operation, call.parameters)
        account = call.parameters.get("CatalogId") or call.caller.account
        return self._world.arn(account, resource), names

    def answer(self, call: Call) -> Response:
        """Answer any of the operations."""
        account = account_of(self._world, call)
        context = Context(self._world, self._pager, call, account)
        return self._respond(OPERATIONS[call.operation](context))

    def failure(self, error: AwsError, call: Call) -> Response:
        """An error as JSON."""
        _ = call
        body = orjson.dumps({"__type": error.code, "Message": error.message})
        response = self._respond(body, error.status)
        return Response(
            error.status, {**response.headers, "x-amzn-ErrorType": error.code}, response.body
        )

    def _respond(self, body: bytes, status: int = 200) -> Response:
        request_id = f"00000000-0000-4000-8000-{next(self._ids):012x}"
        return Response(status, {"Content-Type": _TYPE, "x-amzn-RequestId": request_id}, body)


def _resource(operation: str, given: dict[str, Any]) -> tuple[str, list[str]]:
    """The resource part of an ARN and the short names of what a call is about."""
    name = given.get("Name")
    database = given.get("DatabaseName") or (name if operation == "GetDatabase" else None)
    table = given.get("TableName") or (name if operation == "GetTable" else None)
    jobs_named = given.get("JobNames") or [given["JobName"]] if _about_jobs(given) else []
    resource, names = "*", [name or ""]
    if database and table:
        resource, names = f"table/{database}/{table}", [database, table, f"{database}.{table}"]
    elif database:
        resource, names = f"database/{database}", [database]
    elif jobs_named:
        resource, names = f"job/{jobs_named[0]}", jobs_named
    elif arn := given.get("ResourceArn"):
        resource, names = arn.split(":", 5)[-1], [arn, arn.rpartition("/")[2]]
    elif operation == "GetConnection":
        resource = f"connection/{name}"
    elif operation in _ON_CATALOG:
        resource = "catalog"
    return resource, names


def _about_jobs(given: dict[str, Any]) -> bool:
    return bool(given.get("JobNames") or given.get("JobName"))
