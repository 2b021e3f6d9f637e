import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

def load(name):
    rows = glueContext.create_dynamic_frame.from_options(
        connection_type="mysql",
        connection_options={
            "url": "jdbc:mysql://db.internal:3306/hr",
            "dbtable": name,
            "password": ,
            "user":
        },
    )
    rows.toDF().write.parquet("s3://hr-lake/" + name)


load("staff")
