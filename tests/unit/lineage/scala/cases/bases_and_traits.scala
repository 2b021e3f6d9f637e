abstract class Load(val settings: Map[String, String], spark: SparkSession) {
  val prefix = "s3://dock"
  def run() = save(change(rows))
  def rows: DataFrame = spark.table(settings("from"))
  def target: String = {
    s"$prefix/${settings("to")}"
  }
  def save(found: DataFrame): Unit = found.write.parquet(target)
  def change(found: DataFrame): DataFrame
}
class Ships(settings: Map[String, String], session: SparkSession) extends Load(settings, session) with Serializable {
  override def change(found: DataFrame): DataFrame = found.dropDuplicates("id")
}
trait Reading {
  def spark: SparkSession
  def read(name: String) = spark.table(s"port.$name")
}
trait Writing { def write(rows: DataFrame, place: String): Unit = rows.write.orc(place) }
object Harbour extends Reading with Writing {
  lazy val spark = SparkSession.builder.getOrCreate()
  def place = "s3://pier/crates"
  def main(args: Array[String]): Unit = {
    new Ships(Map("from" -> "port.ships", "to" -> "ships"), spark).run()
    write(read("crates"), place)
    Harbour.write(read("cranes"), "s3://pier/cranes")
  }
}
//= glue:port/cranes -> s3://pier/cranes
//= glue:port/crates -> s3://pier/crates
//= glue:port/ships -> s3://dock/ships
