import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "env"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)

from awsgluedq.transforms import EvaluateDataQuality
src = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="s")
checked = EvaluateDataQuality().process_rows(frame=src, ruleset="Rules = [ColumnCount > 0]", publishing_options={"dataQualityEvaluationContext": "x"})
rows = SelectFromCollection.apply(dfc=checked, key="rowLevelOutcomes")
good = Filter.apply(frame=rows, f=lambda r: r["DataQualityEvaluationResult"] == "Passed")
glueContext.write_dynamic_frame.from_options(frame=good, connection_type="s3", connection_options={"path": "s3://o/good"}, format="parquet")
