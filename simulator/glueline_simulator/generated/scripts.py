"""Write scripts for generated jobs, like those of Glue's generators and of people."""

from dataclasses import dataclass

_HEAD = """\
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, Join
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "target_database"])
glueContext = GlueContext(SparkContext.getOrCreate())
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
"""

_ANNOTATED = """\
## @type: DataSource
## @args: [database = "{left[0]}", table_name = "{left[1]}", transformation_ctx = "datasource0"]
## @return: datasource0
## @inputs: []
datasource0 = glueContext.create_dynamic_frame.from_catalog(
    database="{left[0]}", table_name="{left[1]}", transformation_ctx="datasource0"
)
## @type: DataSource
## @args: [database = "{right[0]}", table_name = "{right[1]}", transformation_ctx = "datasource1"]
## @return: datasource1
## @inputs: []
datasource1 = glueContext.create_dynamic_frame.from_catalog(
    database="{right[0]}", table_name="{right[1]}", transformation_ctx="datasource1"
)
## @type: Join
## @args: [keys1 = ["id"], keys2 = ["id"]]
## @return: join2
## @inputs: [frame1 = datasource0, frame2 = datasource1]
join2 = Join.apply(frame1=datasource0, frame2=datasource1, keys1=["id"], keys2=["id"])
## @type: ApplyMapping
## @args: [mapping = [("id", "long", "id", "long"), ("status", "string", "state", "string")]]
## @return: applymapping3
## @inputs: [frame = join2]
applymapping3 = ApplyMapping.apply(
    frame=join2,
    mappings=[("id", "long", "id", "long"), ("status", "string", "state", "string")],
)
## @type: DataSink
## @args: [connection_type = "s3", connection_options = {{"path": "{path}"}}, format = "parquet"]
## @return: datasink4
## @inputs: [frame = applymapping3]
datasink4 = glueContext.write_dynamic_frame.from_options(
    frame=applymapping3,
    connection_type="s3",
    connection_options={{"path": "{path}"}},
    format="parquet",
)
"""

_PLAIN = """\
current = spark.table("{left[0]}.{left[1]}")
current.createOrReplaceTempView("current")
result = spark.sql(
    \"\"\"
    SELECT current.id, reference.status, count(*) AS rows
    FROM current
    JOIN {right[0]}.{right[1]} AS reference ON reference.id = current.id
    GROUP BY current.id, reference.status
    \"\"\"
)
result.write.mode("overwrite").format("parquet").saveAsTable(
    f"{{args['target_database']}}.{target[1]}"
)
"""

_VISUAL = """\
left = glueContext.create_dynamic_frame.from_catalog(
    database="{left[0]}", table_name="{left[1]}", transformation_ctx="left"
)
right = glueContext.create_dynamic_frame.from_catalog(
    database="{right[0]}", table_name="{right[1]}", transformation_ctx="right"
)
joined = Join.apply(frame1=left, frame2=right, keys1=["id"], keys2=["id"])
sink = glueContext.getSink(path="{path}", connection_type="s3", enableUpdateCatalog=True)
sink.setCatalogInfo(catalogDatabase="{target[0]}", catalogTableName="{target[1]}")
sink.setFormat("glueparquet")
sink.writeFrame(joined)
"""


@dataclass(frozen=True)
class JobFlow:
    """The tables that a generated job reads and writes."""

    job: str
    left: tuple[str, str]
    right: tuple[str, str]
    target: tuple[str, str]
    path: str


def write_annotated_script(flow: JobFlow) -> str:
    """Write a classic script with the annotations that GetDataflowGraph reads."""
    return _assemble(_ANNOTATED, flow)


def write_plain_script(flow: JobFlow) -> str:
    """Write a script without annotations, as people do."""
    return _assemble(_PLAIN, flow)


def write_visual_script(flow: JobFlow) -> str:
    """Write the script that Glue Studio stores for a visual job."""
    return _assemble(_VISUAL, flow)


def _assemble(body: str, flow: JobFlow) -> str:
    text = body.format(left=flow.left, right=flow.right, target=flow.target, path=flow.path)
    return f"{_HEAD}{text}job.commit()\n"
