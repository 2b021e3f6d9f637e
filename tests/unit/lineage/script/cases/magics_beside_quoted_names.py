%idle_timeout 30
print "rooms"
rooms = spark.sql("SELECT * FROM `hotel`.`rooms` WHERE code <> 007")
rooms.write.format("delta").save("s3://inn/007/rooms")
spark.sql("""
MERGE INTO delta.`s3://inn/007/rooms` now
USING delta.`s3://inn/007/rooms@v3` before
ON now.id = before.id
WHEN MATCHED THEN UPDATE SET *
""")
