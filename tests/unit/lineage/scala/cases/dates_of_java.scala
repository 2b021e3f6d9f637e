import java.text.SimpleDateFormat
import java.time.format.DateTimeFormatter
import java.time.{LocalDate, LocalDateTime}
import java.util.{Calendar, Date}
val calendar = Calendar.getInstance()
val year: Int = calendar.get(Calendar.YEAR)
val month = "%02d".format(calendar.get(Calendar.MONTH) + 1)
val day = new SimpleDateFormat("dd").format(new Date())
val now = LocalDateTime.now.format(DateTimeFormatter.ofPattern("HH"))
val hour = String.format("%02d", LocalDateTime.now().getHour)
spark.read.text("s3://bats/in").write.csv(s"s3://bats/y=$year/m=$month/d=$day/$now/$hour")
spark.read.text("s3://bats/in").write.csv(s"s3://bats/${System.currentTimeMillis}")
spark.read.text("s3://bats/in").write.csv(sys.env.getOrElse("OUT", "s3://bats/out"))
//= s3://bats/in -> s3://bats/out
//= s3://bats/in -> s3://bats/y={date}/m={date}/d={date}/{date}/{date}
//= s3://bats/in -> s3://bats/{date}
