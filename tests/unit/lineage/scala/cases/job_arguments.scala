object GlueApp {
  def main(sysArgs: Array[String]): Unit = {
    val args = GlueArgParser.getResolvedOptions(sysArgs, Seq("JOB_NAME", "stage", "bucket").toArray)
    Job.init(args("JOB_NAME"), glueContext, args.asJava)
    val stage = args("stage")
    val in = spark.read.json(s"s3://raw-$stage/events")
    in.write.parquet("s3://" + args("bucket") + "/out")
  }
}
//= s3://raw-prod/events -> s3://{arg:bucket}/out
