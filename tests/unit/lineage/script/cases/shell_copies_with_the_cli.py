import os
import subprocess
import sys

import pandas as pd
from awsglue.utils import getResolvedOptions

bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
pd.read_csv("s3://choir-raw/songs.csv").to_csv("/tmp/songs.csv")
subprocess.check_call("aws s3 cp /tmp/songs.csv s3://choir-lake/songs.csv --sse aws:kms", shell=True)
os.system("aws s3 cp s3://choir-raw/halls.json /tmp/halls.json && echo done")
pd.read_json("/tmp/halls.json").to_parquet("s3://choir-lake/halls.parquet")
subprocess.run(["aws", "s3", "sync", "--exclude", "*.tmp", f"s3://{bucket}/scans", "s3://choir-lake/scans"])
subprocess.run(["aws", "s3", "rm", "s3://choir-raw/old", "--recursive"])
subprocess.run(["aws", "s3", "cp", "s3://choir-libs/driver.jar", "/tmp/driver.jar"])
subprocess.run("aws s3 cp 's3://choir-raw/open", shell=True)
