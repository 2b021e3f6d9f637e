import json

import confluent_kafka
import pandas as pd
from games import Producer as Film
from kafka import KafkaConsumer, KafkaProducer
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
producer = KafkaProducer(bootstrap_servers=["k1:9092", "k2:9092"])
for row in spark.table("port.ships").collect():
    producer.send("ships", value=json.dumps(row.asDict()).encode("utf-8"))

fast = confluent_kafka.Producer({"bootstrap.servers": "k3:9093"})
for row in spark.table("port.piers").collect():
    fast.produce("piers", str(row))

tides = KafkaConsumer("tides", bootstrap_servers="k1:9092", group_id="g")
messages = [message.value for message in tides]
pd.DataFrame(messages).to_csv("s3://port/tides.csv")

winds = confluent_kafka.Consumer({"bootstrap.servers": "k3:9093"})
winds.subscribe(["winds"])
pd.DataFrame([winds.poll(1.0)]).to_csv("s3://port/winds.csv")

Film("a film").send("reel", spark.table("port.ships"))  # no Kafka
