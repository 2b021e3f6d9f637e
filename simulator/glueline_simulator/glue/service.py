"""The Glue service: parse JSON requests and answer with JSON."""

from itertools import count
from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError
from glueline_simulator.glue import databases, dataflow, jobs, partitions, tables
from glueline_simulator.glue.context import GlueContext, Operation, find_account
from glueline_simulator.glue.paging import Pager
from glueline_simulator.glue.simple_listings import LISTING_HANDLERS
from glueline_simulator.glue.validation import check_request
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.json_protocol import parse_json_call
from glueline_simulator.wire.messages import HttpResponse

_TARGET = "AWSGlue."
_TYPE = "application/x-amz-json-1.1"
_ON_CATALOG = ("GetDatabases", "SearchTables", "GetCatalogs", "GetConnections")

_HANDLERS: dict[str, Operation] = {
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
    **LISTING_HANDLERS,
}


class GlueService:
    """AWS Glue."""

    prefix = "glue"

    def __init__(self, state: AwsState, seed: int) -> None:
        self._state = state
        self._pager = Pager(seed)
        self._ids = count(1)

    def understand(self, call: ServiceCall) -> None:
        """Read the target header and the JSON body."""
        body = parse_json_call(call, _HANDLERS, _TARGET)
        check_request(call.operation, body)
        call.parameters = {name: value for name, value in body.items() if value is not None}

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the ARN of the resource of the call, and its short names."""
        resource, names = _name_resource(call.operation, call.parameters)
        account = call.parameters.get("CatalogId") or call.caller.account
        return self._state.arn(account, resource), names

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer a call."""
        account = find_account(self._state, call)
        context = GlueContext(self._state, self._pager, call, account)
        return self._respond(_HANDLERS[call.operation](context))

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as JSON."""
        _ = call
        body = orjson.dumps({"__type": error.code, "Message": error.message})
        response = self._respond(body, error.status)
        return HttpResponse(
            error.status, {**response.headers, "x-amzn-ErrorType": error.code}, response.body
        )

    def _respond(self, body: bytes, status: int = 200) -> HttpResponse:
        request_id = f"00000000-0000-4000-8000-{next(self._ids):012x}"
        return HttpResponse(status, {"Content-Type": _TYPE, "x-amzn-RequestId": request_id}, body)


def _name_resource(operation: str, given: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the resource part of the ARN, and the short names of the resource."""
    name = given.get("Name")
    database = given.get("DatabaseName") or (name if operation == "GetDatabase" else None)
    table = given.get("TableName") or (name if operation == "GetTable" else None)
    jobs_named = given.get("JobNames") or [given["JobName"]] if _is_about_jobs(given) else []
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


def _is_about_jobs(given: dict[str, Any]) -> bool:
    return bool(given.get("JobNames") or given.get("JobName"))
