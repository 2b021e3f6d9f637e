"""What a script's SQL defines holds for its later SQL: functions and variables."""

from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.model import LineageContext

SCHEMAS = {"lab/orders": ("id", "amount", "currency"), "lab/fx": ("currency", "rate")}


def read_edges(*statements):
    """``{"eur <- orders.amount"}`` of the job's last write."""
    calls = "\n".join(f'df = spark.sql("""{statement}""")' for statement in statements)
    script = (
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        f'{calls}\ndf.write.saveAsTable("lab.z")\n'
    )
    context = LineageContext(region="eu-west-1", account="123456789012", schemas=SCHEMAS)
    edges = read_job_lineage({"Name": "job"}, script.encode(), None, context).edges
    return {
        f"{column.downstream} <- {edge.upstream.name.rpartition('/')[2]}.{column.upstream}"
        for edge in edges
        for column in edge.columns
    }


def test_a_function_of_an_earlier_call_reads_its_tables():
    assert read_edges(
        "CREATE TEMPORARY FUNCTION to_eur(a DOUBLE, c STRING) RETURNS DOUBLE "
        "RETURN a * (SELECT max(rate) FROM lab.fx WHERE fx.currency = c)",
        "SELECT id, to_eur(amount, currency) AS eur FROM lab.orders",
    ) == {"id <- orders.id", "eur <- orders.amount", "eur <- fx.rate"}


def test_a_variable_of_an_earlier_call_is_no_column():
    assert read_edges(
        "DECLARE OR REPLACE VARIABLE factor INT DEFAULT 3",
        "SELECT amount * factor AS v FROM lab.orders",
    ) == {"v <- orders.amount"}
