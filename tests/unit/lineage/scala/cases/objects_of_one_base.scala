import com.amazonaws.services.glue.GlueContext
import org.apache.spark.SparkContext

trait Zone {
  val name: String
  def path(t: String) = s"s3://$name/$t"
}
object Raw extends Zone { val name = "reef-raw" }
object Lake extends Zone { val name = "reef-lake" }

sealed abstract class Stage(val bucket: String, val db: String)
case object Live extends Stage("reef-live", "reef")
case object Test extends Stage("reef-test", "reef_test")

object Job {
  val spark = new GlueContext(new SparkContext()).getSparkSession

  def copy(from: Zone, to: Zone) = spark.read.parquet(from.path("corals")).write.parquet(to.path("corals"))

  def main(args: Array[String]): Unit = {
    spark.read.parquet(Raw.path("fish")).write.parquet(Lake.path("fish"))
    copy(Raw, Lake)
    val stage: Stage = if (args(0) == "live") Live else Test
    spark.table(s"${stage.db}.dives").write.parquet(s"s3://${stage.bucket}/dives")
    spark.table(s"${Test.db}.logs").write.parquet(s"s3://${Test.bucket}/logs")
  }
}
//= glue:reef/dives -> s3://reef-live/dives
//= glue:reef_test/dives -> s3://reef-test/dives
//= glue:reef_test/logs -> s3://reef-test/logs
//= s3://reef-raw/corals -> s3://reef-lake/corals
//= s3://reef-raw/fish -> s3://reef-lake/fish
