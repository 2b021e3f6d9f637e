import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

import settings
from lake import readers as r
from lake.targets import *
from lake.steps.clean import Cleaner, run_later

spark = SparkSession.builder.getOrCreate()
args = getResolvedOptions(sys.argv, ["JOB_NAME", "day"])


def finish(rows):
    rows.write.parquet("s3://kelp/finished/")


rows = r.load(spark, "kelp")
save(Cleaner(rows).clean(), f"{settings.FOLDER}/{args['day']}")
run_later(finish, rows)
