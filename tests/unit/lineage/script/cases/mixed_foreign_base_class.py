from framework.core import GlueJob
class MyJob(GlueJob):
    def process(self):
        df = self.spark.read.parquet(self.args["in_path"])
        df.write.parquet(self.args["out_path"])
MyJob().run()
