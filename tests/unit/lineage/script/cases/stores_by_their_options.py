from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())
hits = glueContext.create_dynamic_frame.from_options(
    connection_type="marketplace.spark",
    connection_options={
        "table": "web.hits",
        "parentProject": "acme",
        "connectionName": "bq",
    },
)
glueContext.write_dynamic_frame.from_options(
    frame=hits,
    connection_type="custom.spark",
    connection_options={"path": "hits/_doc", "es.nodes": "https://search", "connectionName": "es"},
)
