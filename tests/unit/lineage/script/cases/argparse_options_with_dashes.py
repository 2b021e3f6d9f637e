import argparse
import optparse

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
group = parser.add_argument_group("places")
group.add_argument("-t", "--raw-table", required=True)
group.add_argument("--lake-bucket", dest="bucket")
parser.add_argument("--out-folder", default="clean")
known, _ = parser.parse_known_args()
options = vars(known)
spark = SparkSession.builder.getOrCreate()
spark.table(f"yard.{known.raw_table}").write.parquet(f"s3://{known.bucket}/{options['out_folder']}/")

old = optparse.OptionParser()
old.add_option("--in-table", dest="table")
(chosen, rest) = old.parse_args()
spark.table(f"yard.{chosen.table}").write.parquet(options["bucket"] + "/old/")
spark.table("yard.plan").write.parquet(known.__dict__["raw_table"])
