from pyspark.context import SparkContext

SparkContext.getOrCreate()._jvm.org.apache.hudi.utilities.streamer.Main.run()
