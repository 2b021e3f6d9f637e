import boto3
import pandas as pd

kinesis = boto3.client("kinesis")
start = kinesis.get_shard_iterator(StreamName="gates", ShardId="0", ShardIteratorType="LATEST")
records = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
pd.DataFrame(records).to_csv("s3://out/gates.csv")
