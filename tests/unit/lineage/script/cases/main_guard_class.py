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

class Etl:
    def __init__(self, spark, source, target):
        self.spark = spark
        self.source = source
        self.target = target
    def extract(self):
        self.df = self.spark.read.json(self.source)
        return self
    def transform(self):
        self.df = self.df.withColumnRenamed("a", "b").drop("c")
        return self
    def load(self):
        self.df.write.parquet(self.target)
def main():
    Etl(spark, "s3://i/x", "s3://o/x").extract().transform().load()
if __name__ == "__main__":
    main()
