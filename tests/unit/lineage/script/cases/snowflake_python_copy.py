import snowflake.connector
ctx = snowflake.connector.connect(user="u", password="p", account="acme", warehouse="wh", database="DW", schema="STG")
cs = ctx.cursor()
cs.execute("INSERT INTO PROD.SALES SELECT * FROM SALES_STAGE")
