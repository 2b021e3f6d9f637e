a = glueContext.create_dynamic_frame.from_options(connection_type="mongodb", connection_options={"connection.uri": "mongodb://h:27017", "database": "shop", "collection": "users", "username": "u", "password": "p"})
glueContext.write_dynamic_frame.from_options(frame=a, connection_type="opensearch", connection_options={"connectionName": "os", "opensearch.resource": "idx", "opensearch.mapping.id": "id"})
b = glueContext.create_dynamic_frame.from_options(connection_type="bigquery", connection_options={"connectionName": "bq", "parentProject": "p", "sourceType": "table", "table": "ds.t"})
glueContext.write_dynamic_frame.from_options(frame=b, connection_type="snowflake", connection_options={"connectionName": "sf", "sfDatabase": "D", "sfSchema": "S", "dbtable": "T"})
