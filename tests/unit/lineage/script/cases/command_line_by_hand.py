import sys

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()


def read_options(words):
    found = {}
    at = 0
    while at < len(words):
        if words[at].startswith("--"):
            found[words[at][2:]] = words[at + 1]
            at += 2
        else:
            at += 1
    return found


options = read_options(sys.argv)
spark.table(f"dock.{options['raw-table']}").write.csv(f"s3://{options['bucket']}/1/")
table = sys.argv[sys.argv.index("--table") + 1]
spark.table(f"dock.{table}").write.csv("s3://out/2/")
pairs = dict(zip(sys.argv[1::2], sys.argv[2::2]))
spark.table(f"dock.{pairs['--crane']}").write.csv("s3://out/3/")
spark.table("dock.ships").write.csv(sys.argv[1])

# a dict of the script's own
places = {}
for name in sys.argv[2:]:
    places["fixed"] = "s3://out/4/"
spark.table("dock.ropes").write.csv(places["fixed"])
