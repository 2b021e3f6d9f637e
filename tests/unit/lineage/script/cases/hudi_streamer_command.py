import subprocess
import sys

topic = "ticks"
command = [
    "spark-submit",
    "--class",
    "org.apache.hudi.utilities.streamer.HoodieStreamer",
    "s3://jars/hudi-utilities.jar",
    "--target-base-path",
    "s3://lake/ticks",
    "--target-table",
    "ticks",
    "--hoodie-conf",
    f"hoodie.streamer.source.kafka.topic={topic}",
    "--hoodie-conf",
    "bootstrap.servers=k1:9092",
    "--enable-sync",
    "--hoodie-conf",
    "hoodie.datasource.hive_sync.database=market",
]
subprocess.run(command, check=True)
subprocess.run(
    "spark-submit x.jar --target-base-path s3://lake/tides --target-table tides "
    "--hoodie-conf hoodie.deltastreamer.source.dfs.root=s3://raw/tides/".split(),
    check=True,
)
subprocess.run(["aws", "s3", "ls", "s3://lake/"], check=True)
