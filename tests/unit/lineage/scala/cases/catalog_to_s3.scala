object GlueApp {
  def main(sysArgs: Array[String]) {
    val sc: SparkContext = new SparkContext()
    val glueContext: GlueContext = new GlueContext(sc)
    val source = glueContext.getCatalogSource(database = "shop", tableName = "orders", transformationContext = "s").getDynamicFrame()
    val mapped = source.applyMapping(mappings = Seq(("id", "long", "order_key", "long"), ("total", "double", "amount", "double")), caseSensitive = false)
    glueContext.getSinkWithFormat(connectionType = "s3", options = JsonOptions("""{"path": "s3://lake/out/"}"""), format = "parquet").writeDynamicFrame(mapped)
    Job.commit()
  }
}
//= glue:shop/orders -> s3://lake/out total>amount id>order_key
