class Base:
    def __init__(self):
        self.args = getResolvedOptions(sys.argv, ["JOB_NAME", "SRC", "DST"])
        self.sc = SparkContext.getOrCreate()
        self.glue_context = GlueContext(self.sc)
        self.spark = self.glue_context.spark_session
    @property
    def source(self):
        return self.args["SRC"]
    def read(self, table, db="bronze"):
        return self.glue_context.create_dynamic_frame.from_catalog(database=db, table_name=table).toDF()
class Job1(Base):
    TABLES = {"a": "x", "b": "y"}
    def run(self):
        frames = {k: self.read(k) for k in self.TABLES}
        out = frames["a"].join(frames["b"], on="id")
        self.save(out, "ab")
    def save(self, df, name):
        (df.repartition(1).write.mode("overwrite").option("path", f"{self.args['DST']}/{name}").saveAsTable(f"silver.{name}"))
if __name__ == "__main__":
    Job1().run()
