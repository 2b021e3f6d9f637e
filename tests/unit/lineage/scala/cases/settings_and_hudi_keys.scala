import com.typesafe.config.ConfigFactory
import org.apache.hudi.DataSourceWriteOptions
import org.apache.hudi.DataSourceWriteOptions._
import org.apache.hudi.config.HoodieWriteConfig

object Herd {
  def main(words: Array[String]) {
    val settings = ConfigFactory.load()
    val places = settings.getConfig("places")
    spark.read.parquet(settings.getString("raw.sheep")).write.parquet(places.getString("clean"))
    spark.table("farm.goats").write.format("hudi")
      .option(HoodieWriteConfig.TBL_NAME.key, "goats")
      .option(HIVE_DATABASE.key, "herd")
      .option(HIVE_TABLE.key(), "goats")
      .mode("append").save("s3://herd/goats")
    spark.table("farm.cows").write.format("hudi")
      .option(DataSourceWriteOptions.HIVE_DATABASE_OPT_KEY, "herd")
      .option(DataSourceWriteOptions.HIVE_TABLE_OPT_KEY, "cows")
      .mode("append").save("s3://herd/cows")
  }
}
//= glue:farm/cows -> glue:herd/cows
//= glue:farm/cows -> s3://herd/cows
//= glue:farm/goats -> glue:herd/goats
//= glue:farm/goats -> s3://herd/goats
//= s3://{config:raw.sheep}/ -> s3://{config:places.clean}/
