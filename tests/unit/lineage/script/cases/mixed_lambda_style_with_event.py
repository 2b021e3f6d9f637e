def lambda_handler(event, context):
    bucket = event["Records"][0]["s3"]["bucket"]["name"]
    key = urllib.parse.unquote_plus(event["Records"][0]["s3"]["object"]["key"])
    df = wr.s3.read_json(f"s3://{bucket}/{key}")
    wr.s3.to_parquet(df=pd.json_normalize(df["items"]), path=os.environ["OUT"], dataset=True, database=os.environ["DB"], table=os.environ["TBL"])
