import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

from abc import abstractmethod


class Load:
    def __init__(self, database):
        frame = glueContext.create_dynamic_frame.from_catalog(database=database, table_name="calls")
        changed = self.change(frame)
        glueContext.write_dynamic_frame.from_catalog(
            frame=changed, database=database, table_name="calls_done"
        )

    @abstractmethod
    def change(self, frame):
        """What each load does with its rows."""


Load("tickets")
