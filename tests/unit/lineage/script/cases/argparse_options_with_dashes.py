import argparse

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
