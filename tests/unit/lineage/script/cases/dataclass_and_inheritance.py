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

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
@dataclass
class Job_:
    source: str
    target: str = "s3://o/default"
    options: dict = field(default_factory=dict)
class Base(ABC):
    def __init__(self, conf):
        self.conf = conf
    @abstractmethod
    def shape(self, df): ...
    def run(self):
        df = self.shape(self.read())
        df.write.parquet(self.conf.target)
    def read(self):
        return spark.table(self.conf.source)
class A(Base):
    def __init__(self, conf, extra):
        super().__init__(conf)
        self.extra = extra
    def shape(self, df):
        return df.join(spark.table(self.extra), "id")
class B(Base):
    def shape(self, df):
        return df.filter("x")
A(Job_("r.a", "s3://o/a"), "r.extra").run()
B(Job_(source="r.b")).run()
