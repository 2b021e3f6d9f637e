import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

from company_lib import registry


def setting(name, default):
    try:
        return registry.lookup(name)
    except KeyError:
        return default


spark.table("raw.clicks").write.parquet(f"s3://{setting('bucket', 'clicks-prod')}/clicks/")
