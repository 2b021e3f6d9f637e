import boto3
rs = boto3.client("redshift-data")
rs.execute_statement(ClusterIdentifier="dwh", Database="prod", DbUser="etl", Sql="insert into mart.sales select * from stage.sales")
