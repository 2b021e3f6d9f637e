pdf = spark.sql("select * from rep.daily").toPandas()
buf = BytesIO()
with pd.ExcelWriter(buf, engine="xlsxwriter") as writer:
    pdf.to_excel(writer, sheet_name="a")
buf.seek(0)
boto3.client("s3").put_object(Bucket="rep", Key="daily.xlsx", Body=buf.getvalue())
boto3.resource("s3").Bucket("rep").upload_fileobj(buf, "copy.xlsx")
