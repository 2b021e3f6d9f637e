"""``table/<database>/<table>``: one table."""

from glueline.contract.messages import TableUnit
from glueline_worker.aws.errors import AwsNotFound
from glueline_worker.units.context import UnitContext
from glueline_worker.units.tables import write_tables


async def extract_table(unit: TableUnit, context: UnitContext) -> None:
    """Read one table; that there is none is an answer, and what sinks hold of it is gone."""
    try:
        answer = await context.glue.table(unit.database, unit.table)
    except AwsNotFound:
        context.warnings.append(f"table {unit.table} of database {unit.database} does not exist")
    else:
        await write_tables([answer], unit, context)
    context.listings.append(unit.unit_id)
