TARGETS = {"invoice": "invoices", "payment": "payments"}


def land(batch, number):
    for row in batch.select("kind").distinct().collect():
        part = batch.filter(batch.kind == row["kind"])
        part.write.mode("append").saveAsTable("ledger." + TARGETS[row["kind"]])


events = glueContext.create_data_frame.from_catalog(database="feeds", table_name="bookings")
glueContext.forEachBatch(frame=events, batch_function=land, options={"windowSize": "1 minute"})
