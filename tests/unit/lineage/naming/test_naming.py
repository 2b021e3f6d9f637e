import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage import naming
from glueline_worker.lineage.model import LineageContext

S3_URLS = [
    ("s3://b/k/", "s3://b/k"),
    ("s3://b/ k /l l /", "s3://b/ k /l l "),
    (" s3://b/k ", "s3://b/k"),
    ("s3a://b/k", "s3://b/k"),
    ("S3N://b/k", "s3://b/k"),
    ("s3://b", "s3://b/"),
    ("s3://s3://b//k//x/*.csv", "s3://b/k/x"),
    ("s3://b/k/year=*/month=1", "s3://b/k"),
    ("s3://b/k/{2023,2024}/x", "s3://b/k"),
    ("b/k", "s3://b/k"),
    ("s3:/b/k", "s3://b/k"),
    ("arn:aws:s3:::b/k", "s3://b/k"),
    ("https://b.s3.eu-west-1.amazonaws.com/k/x", "s3://b/k/x"),
    ("https://s3.amazonaws.com/b/k", "s3://b/k"),
    ("{arg:target}orders/", "s3://lake/out/orders"),
    ("{arg:nobody}", "s3://{arg:nobody}/"),
    ("s3://{arg:bucket}/{date}/{arg:X:y}/", "s3://lake/{date}/{arg:X:y}"),
]

LOCATIONS = [
    ("/tmp/x/*", "file//tmp/x"),
    ("file:///tmp/x", "file//tmp/x"),
    ("hdfs://nn:8020/a/b", "hdfs://nn:8020//a/b"),
    ("dbfs:/mnt/x", "dbfs//mnt/x"),
    ("https://user:secret@h.com/x.csv?sig=secret", "https://h.com/x.csv"),
    ("abfss://c@acct.dfs.core.windows.net/x", "abfss://c@acct.dfs.core.windows.net/x"),
    ("gs://b/x/", "gs://b/x"),
    ("{arg:target}", "s3://lake/out"),
]

URLS = [
    (
        "jdbc:postgresql://u:secret@h:5432/db?user=x&password=secret",
        "t",
        "postgres://h:5432/db.public.t",
    ),
    ("jdbc:postgresql://h/db", '"My Schema"."My.Table"', "postgres://h:5432/db.My Schema.My.Table"),
    ("jdbc:postgresql://[::1]:5432/db", "t", "postgres://[::1]:5432/db.public.t"),
    ("jdbc:mysql:loadbalance://h1,h2:3307/db?x=y", "t", "mysql://h1:3306/db.t"),
    ("jdbc:mysql://h/db", "other.t", "mysql://h:3306/other.t"),
    ("jdbc:mariadb://h/db", "t", "mariadb://h:3306/db.t"),
    (
        "jdbc:sqlserver://h\\inst:1433;databaseName=db;user=sa;password=secret;",
        "t",
        "mssql://h:1433/db.dbo.t",
    ),
    ("jdbc:sqlserver://h;database=db", "[dbo].[My Table]", "mssql://h:1433/db.dbo.My Table"),
    ("jdbc:jtds:sqlserver://h:1433/db;instance=x", "s.t", "mssql://h:1433/db.s.t"),
    ("jdbc:oracle:thin://@h:1521/svc", "A.B", "oracle://h:1521/svc.A.B"),
    ("jdbc:oracle:thin:@h:1521:SID", "A.B", "oracle://h:1521/SID.A.B"),
    ("jdbc:oracle:thin:user/secret@//h/svc", "A.B", "oracle://h:1521/svc.A.B"),
    (
        "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=hh)(PORT=1522))(CONNECT_DATA=(SERVICE_NAME=s)))",
        "A.B",
        "oracle://hh:1522/s.A.B",
    ),
    (
        "jdbc:redshift:iam://cl.abc.us-east-1.redshift.amazonaws.com:5439/dev",
        "t",
        "redshift://cl.us-east-1:5439/dev.public.t",
    ),
    (
        "jdbc:redshift://wg.123.us-east-1.redshift-serverless.amazonaws.com/dev",
        "s.t",
        "redshift://wg.us-east-1:5439/dev.s.t",
    ),
    (
        "jdbc:snowflake://acct.eu-west-1.snowflakecomputing.com/?db=D&schema=S&warehouse=w",
        "T",
        "snowflake://acct.eu-west-1/D.S.T",
    ),
    ("jdbc:db2://h:50000/db:user=a;password=se@cret;", "S.T", "db2://h:50000/db.S.T"),
    ("jdbc:db2:sample", "S.T", "db2/sample.S.T"),
    ("jdbc:teradata://h/DATABASE=d,DBS_PORT=1026,TMODE=x", "t", "teradata://h:1026/d.t"),
    ("jdbc:vertica://h/db", "t", "vertica://h:5433/db.public.t"),
    ("jdbc:sap://h:30015/?databaseName=x", "S.T", "hana://h:30015/S.T"),
    ("jdbc:trino://h/cat/sch", "t", "trino://h:8080/cat.sch.t"),
    (
        "jdbc:awsathena://athena.eu-west-1.amazonaws.com:443;S3OutputLocation=s3://x",
        "AwsDataCatalog.db.t",
        "glue:db/t",
    ),
    ("jdbc:unheard://h:99/db", "s.t", "jdbc://h:99/db.s.t"),
    (
        "jdbc:postgresql://{arg:host}:{arg:port}/{arg:Db}",
        "{arg:t}",
        "postgres://{arg:host}:{arg:port}/{arg:Db}.public.{arg:t}",
    ),
    ("{unknown}", "t", "jdbc://{unknown}/t"),
]

OPTIONS = [
    (
        "opensearch",
        {"connectionName": "search", "opensearch.resource": "birds/_doc"},
        ["glue-connection://search/birds"],
    ),
    (
        "jdbc",
        {
            "url": "jdbc:mysql://h/db",
            "dbtable": "(select table_name from information_schema.tables) t",
        },
        [],
    ),
    ("jdbc", {"url": "jdbc:mysql://h/db", "query": "select 1"}, []),
    (
        "jdbc",
        {"url": "jdbc:mysql://h/db", "dbtable": "({arg:query}) t"},
        ["mysql://h:3306/db.{query}"],
    ),
    (
        "com.vendor",
        {"statement": "select a from s.t join u on 1 = 1"},
        ["jdbc://{unknown}/s.t", "jdbc://{unknown}/u"],
    ),
    ("com.vendor", {"path": "s3://a/b", "comment": "select a from t"}, ["s3://a/b"]),
    ("redshift", {"url": "jdbc:redshift://h:5439/db", "preactions": "select a from t"}, []),
    ("s3", {"paths": ["s3://a/b", "s3://c/d"], "recurse": True}, ["s3://a/b", "s3://c/d"]),
    ("s3", {"path": "s3://a/b"}, ["s3://a/b"]),
    ("parquet", {"path": "s3://a/b,s3://a/c"}, ["s3://a/b", "s3://a/c"]),
    (
        "jdbc",
        {"url": "jdbc:mysql://h/db", "dbtable": "t", "password": "secret"},
        ["mysql://h:3306/db.t"],
    ),
    ("jdbc", {"url": "jdbc:mysql://h/db", "query": "select 1 from a.x"}, ["mysql://h:3306/a.x"]),
    (
        "jdbc",
        {"url": "jdbc:mysql://h/db", "dbtable": "(select * from x join y using (id)) q"},
        ["mysql://h:3306/db.x", "mysql://h:3306/db.y"],
    ),
    (
        "postgresql",
        {"connectionName": "shop-pg", "useConnectionProperties": "true", "dbtable": "o"},
        ["postgres://pg.example.com:5433/shop.public.o"],
    ),
    ("mysql", {"connectionName": "unread", "dbtable": "o"}, ["glue-connection://unread/o"]),
    (
        "redshift",
        {
            "url": "jdbc:redshift://c.x.eu-west-1.redshift.amazonaws.com/d",
            "dbtable": "o",
            "redshiftTmpDir": "s3://tmp",
        },
        ["redshift://c.eu-west-1:5439/d.public.o"],
    ),
    (
        "redshift",
        {
            "connectionName": "dwh",
            "dbtable": "public.o_temp",
            "postactions": "BEGIN; DELETE FROM public.o USING public.o_temp; INSERT INTO public.o SELECT * FROM public.o_temp; DROP TABLE public.o_temp; END;",
        },
        ["glue-connection://dwh/public.o"],
    ),
    (
        "kafka",
        {"kafka.bootstrap.servers": "k1:9,k2:9", "subscribe": "a, b"},
        ["kafka://k1:9/a", "kafka://k1:9/b"],
    ),
    (
        "kafka",
        {"connectionName": "msk", "topicName": "t", "startingOffsets": "earliest"},
        ["kafka://b-1.example.com:9094/t"],
    ),
    (
        "kinesis",
        {"streamARN": "arn:aws:kinesis:us-east-1:1:stream/s"},
        ["arn:aws:kinesis:us-east-1:1/stream/s"],
    ),
    ("kinesis", {"streamName": "s"}, ["kinesis:stream/s"]),
    (
        "dynamodb",
        {"dynamodb.input.tableName": "T", "dynamodb.throughput.read.percent": "0.5"},
        ["dynamodb:T"],
    ),
    ("dynamodb", {"dynamodb.output.tableName": "T"}, ["dynamodb:T"]),
    (
        "dynamodb",
        {
            "dynamodb.export": "ddb",
            "dynamodb.tableArn": "arn:aws:dynamodb:us-east-1:1:table/s",
            "dynamodb.s3.bucket": "x",
        },
        ["arn:aws:dynamodb:us-east-1:1/table/s"],
    ),
    (
        "mongodb",
        {"connection.uri": "mongodb://u:secret@h:1/?ssl", "database": "d", "collection": "c"},
        ["mongodb://h:1/d.c"],
    ),
    ("documentdb", {"uri": "mongodb://h:27017/d", "collection": "c"}, ["mongodb://h:27017/d.c"]),
    (
        "snowflake",
        {"sfUrl": "a.snowflakecomputing.com", "sfDatabase": "D", "sfSchema": "S", "dbtable": "T"},
        ["snowflake://a/D.S.T"],
    ),
    ("bigquery", {"parentProject": "p", "table": "d.t"}, ["bigquery/p.d.t"]),
    (
        "opensearch",
        {"opensearch.resource": "idx", "opensearch.nodes": "https://os"},
        ["opensearch://os:443/idx"],
    ),
    (
        "azurecosmos",
        {
            "spark.cosmos.accountEndpoint": "https://a.documents.azure.com:443/",
            "spark.cosmos.database": "d",
            "spark.cosmos.container": "c",
        },
        ["azurecosmos://a.documents.azure.com/dbs/d/colls/c"],
    ),
    (
        "marketplace.spark",
        {"path": "s3://h/x", "hoodie.table.name": "t", "hoodie.datasource.hive_sync.database": "d"},
        ["glue:d/t", "s3://h/x"],
    ),
    ("org.apache.hudi", {"path": "s3://h/x", "hoodie.table.name": "t"}, ["s3://h/x"]),
    ("iceberg", {"path": "glue_catalog.db.t"}, ["glue:db/t"]),
    ("iceberg", {"path": "s3://w/db/t"}, ["s3://w/db/t"]),
    ("delta", {"path": "s3a://w/t/"}, ["s3://w/t"]),
    (
        "custom.jdbc",
        {"className": "x.Driver", "connectionName": "sf", "dbTable": "Account"},
        ["glue-connection://sf/Account"],
    ),
    (
        "salesforce",
        {"connectionName": "sf", "ENTITY_NAME": "Account", "API_VERSION": "v60.0"},
        ["glue-connection://sf/Account"],
    ),
    ("teradata", {"connectionName": "td", "dbtable": "d.t"}, ["glue-connection://td/d.t"]),
    ("aws-kinesis", {"kinesis.streamName": "s", "kinesis.region": "x"}, ["kinesis:stream/s"]),
    ("marketplace.spark", {"path": "{arg:cat}.db.t", "connectionName": "iceberg"}, ["glue:db/t"]),
    ("brandnew", {"path": "s3://a/b"}, ["s3://a/b"]),
    ("s3", {"TempDir": "s3://tmp", "samplePath": "s3://a/b"}, []),
    ("", {}, []),
]

HOME, OTHER = "123456789012", "210987654321"
BUCKET = "arn:aws:s3tables:eu-west-1:123456789012:bucket/bk"
GLUE_REST = "https://glue.eu-west-1.amazonaws.com/iceberg"
ICEBERG = {"": "org.apache.iceberg.spark.SparkCatalog"}
REST = ICEBERG | {"type": "rest"}
TABLES = [
    ("t", {}, "glue:default/t"),
    ("Db.T", {}, "glue:db/t"),
    ("glue_catalog.db.t", {}, "glue:db/t"),
    ("spark_catalog.db.t", {}, "glue:db/t"),
    ("glue_catalog.db.t.snapshots", {}, "glue:db/t"),
    ("db.t.history", {}, "glue:db/t"),
    ("ice.db.history", {"ice": {}}, "glue:db/history"),
    ("ice.t", {"ice": {}}, "glue:default/t"),
    ("ice.db.t", {"ice": {"type": "glue", "warehouse": "s3://warehouse/"}}, "glue:db/t"),
    ("glue_catalog.db.t.branch_audit", {}, "glue:db/t"),
    ("glue_catalog.db.branch_audit", {}, "glue:db/branch_audit"),
    ("db.t.tag_v1", {}, "glue:db/t"),
    ("db.t.snapshot_id_42", {}, "glue:db/t"),
    ("db.branch_audit", {}, "glue:db/branch_audit"),
    ("ice.db.t.branch_b", {"ice": {"uri": "http://n:1/api"}}, "http://n:1/db.t"),
    ("`a-b`.`c.d`", {}, "glue:a-b/c.d"),
    ("delta.`s3://a/b`", {}, "s3://a/b"),
    ("{arg:env}_db.{arg:Table}", {}, "glue:prod_db/{arg:Table}"),
    (
        "tb.ns.t",
        {"tb": {"warehouse": "arn:aws:s3tables:eu-west-1:123456789012:bucket/bk"}},
        "glue:s3tablescatalog/bk/ns/t",
    ),
    ("other.db.t", {"other": {"glue.id": OTHER}}, f"arn:aws:glue:eu-west-1:{OTHER}/table/db/t"),
    (
        "db.t",
        {"spark_catalog": {"glue.catalogid": OTHER}},
        f"arn:aws:glue:eu-west-1:{OTHER}/table/db/t",
    ),
    ("pg.public.t", {"pg": {"url": "jdbc:postgresql://h/db"}}, "postgres://h:5432/db.public.t"),
    *(
        (f"c.{table}", {"c": catalog}, expected)
        for table, catalog, expected in [
            (
                "ns.t",
                REST | {"uri": GLUE_REST, "warehouse": f"{HOME}:s3tablescatalog/b1"},
                "glue:s3tablescatalog/b1/ns/t",
            ),
            ("ns.t", REST | {"uri": GLUE_REST, "warehouse": HOME}, "glue:ns/t"),
            ("ns.t", REST | {"uri": GLUE_REST}, "glue:ns/t"),
            (
                "ns.t",
                REST | {"uri": "https://glue.cn-north-1.amazonaws.com.cn/iceberg"},
                f"arn:aws-cn:glue:cn-north-1:{HOME}/table/ns/t",
            ),
            (
                "ns.t",
                REST
                | {"uri": "https://s3tables.eu-west-1.amazonaws.com/iceberg", "warehouse": BUCKET},
                "glue:s3tablescatalog/bk/ns/t",
            ),
            (
                "ns.t",
                REST | {"uri": "{arg:uri}", "warehouse": OTHER, "rest.signing-name": "glue"},
                f"arn:aws:glue:eu-west-1:{OTHER}/table/ns/t",
            ),
            (
                "ns.t",
                {
                    "catalog-impl": "software.amazon.s3tables.iceberg.S3TablesCatalog",
                    "warehouse": BUCKET,
                },
                "glue:s3tablescatalog/bk/ns/t",
            ),
            (
                "ns.t",
                ICEBERG
                | {
                    "catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
                    "client.region": "eu-north-1",
                },
                f"arn:aws:glue:eu-north-1:{HOME}/table/ns/t",
            ),
            (
                "ns.t",
                ICEBERG
                | {
                    "catalog-impl": "org.apache.iceberg.nessie.NessieCatalog",
                    "uri": "http://nessie:19120/api/v1",
                },
                "http://nessie:19120/ns.t",
            ),
            ("ns.t", ICEBERG | {"type": "nessie"}, "spark-catalog://c/ns.t"),
            (
                "a.b.t",
                REST
                | {
                    "uri": "https://id:secret@polaris.example.com:8181/api/catalog",
                    "warehouse": "prod",
                },
                "https://polaris.example.com:8181/prod.a.b.t",
            ),
            (
                "ns.t",
                REST | {"uri": "http://rest/", "warehouse": "s3://bucket/wh"},
                "http://rest/ns.t",
            ),
            (
                "s.t",
                {"": "io.unitycatalog.spark.UCSingleCatalog", "uri": "http://unity:8080"},
                "http://unity:8080/c.s.t",
            ),
            (
                "db.t",
                ICEBERG | {"type": "hive", "uri": "thrift://meta:9083,thrift://spare:9083"},
                "hive://meta:9083/db.t",
            ),
            ("db.t", ICEBERG | {"type": "hive"}, "glue:db/t"),
            (
                "db.t",
                ICEBERG | {"type": "hadoop", "warehouse": "s3://lake/wh/"},
                "s3://lake/wh/db/t",
            ),
            (
                "db.t",
                ICEBERG | {"type": "jdbc", "uri": "jdbc:postgresql://u:secret@h/meta"},
                "iceberg+postgres://h:5432/meta.db.t",
            ),
            ("db.t", ICEBERG, "glue:db/t"),
            ("db.t", {"": "org.apache.spark.sql.delta.catalog.DeltaCatalog"}, "glue:db/t"),
            ("db.t", {"": "com.example.OurCatalog"}, "spark-catalog://c/db.t"),
        ]
    ),
    (
        "b.ns.t",
        {"b": {"catalog-impl": "x.S3TablesCatalog", "warehouse": "{arg:Bucket}"}},
        "glue:s3tablescatalog/{arg:Bucket}/ns/t",
    ),
    ("db.t", {"spark_catalog": {"uri": "thrift://meta:9083"}}, "hive://meta:9083/db.t"),
    (
        "h.db.t",
        {"h": {"type": "hive"}, "spark_catalog": {"uri": "thrift://m:1"}},
        "hive://m:1/db.t",
    ),
]


@pytest.mark.parametrize(("url", "expected"), S3_URLS)
def test_s3_urls_have_one_spelling(context, name, url, expected):
    assert name(naming.name_s3_path(url, context)) == expected


@pytest.mark.parametrize(("url", "expected"), LOCATIONS)
def test_paths_of_any_store(context, name, url, expected):
    assert name(naming.name_location(url, context)) == expected


@pytest.mark.parametrize(("url", "table", "expected"), URLS)
def test_jdbc_urls_name_tables_as_openlineage_does(context, name, url, table, expected):
    assert name(naming.name_jdbc_table(url, table, context)) == expected


@pytest.mark.parametrize(("kind", "options", "expected"), OPTIONS)
def test_connection_options_point_at_datasets(context, name, kind, options, expected):
    assert sorted(map(name, naming.read_connection_options(kind, options, context))) == expected


@pytest.mark.parametrize(("table", "catalogs", "expected"), TABLES)
def test_spark_tables(context, name, table, catalogs, expected):
    assert (
        name(naming.name_spark_sql_table(naming.split_name(table), context, catalogs)) == expected
    )


def test_the_engine_of_an_unknown_url_may_be_told(context, name):
    dataset = naming.name_jdbc_table("{arg:url}", "t", context, engine="postgresql", database="db")
    assert name(dataset) == "postgres://{arg:url}:5432/db.public.t"


def test_unknown_region_and_account_are_placeholders():
    dataset = naming.name_catalog_table("Sales", "{arg:Name}_X")
    assert dataset.namespace == "arn:aws:glue:{region}:{account}"
    assert dataset.name == "table/sales/{arg:Name}_x"
    assert not naming.is_resolved(dataset)
    assert naming.is_resolved(naming.name_catalog_table("a", "b"))


@pytest.mark.parametrize(
    ("catalog_id", "expected"),
    [
        ("210987654321", "arn:aws:glue:eu-west-1:210987654321/table/d/t"),
        ("123456789012:Nested/Cat", "glue:nested/cat/d/t"),
        ("AwsDataCatalog", "glue:d/t"),
        ("{arg:account}", "arn:aws:glue:eu-west-1:{arg:account}/table/d/t"),
    ],
)
def test_tables_of_another_catalogue(context, name, catalog_id, expected):
    assert name(naming.name_catalog_table("d", "t", context, catalog_id)) == expected


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")],
)
def test_the_partition_follows_from_the_region(region, partition):
    namespace = naming.name_catalog_table("d", "t", LineageContext(region=region)).namespace
    assert namespace.startswith(f"arn:{partition}:glue:{region}:")


def test_arguments_are_found_with_dashes_or_underscores():
    context = LineageContext(arguments={"my-path": "x", "empty": " "})
    resolved = naming.resolve_arguments("{arg:my_path}/{arg:empty}/{arg:gone}", context)
    assert resolved == "x/{arg:empty}/{arg:gone}"


def test_connections_of_spark_sources_keep_settings_as_json(name):
    properties = {"SparkProperties": '{"sfUrl": "acct.snowflakecomputing.com"}'}
    context = LineageContext(connections={"snow": properties})
    assert name(naming.name_connection_table("snow", "D.S.T", context)) == "snowflake://acct/D.S.T"


TEXT = st.text(alphabet="ab1/:@?;=.,*[](){}\"'`\\% \n{arg:x}é\ue000", max_size=40)


@settings(max_examples=examples(600), deadline=None)
@given(TEXT, TEXT, st.sampled_from([kind for kind, _, _ in OPTIONS]))
def test_any_text_gets_a_name(url, table, kind):
    context = LineageContext()
    options = {
        "url": url,
        "dbtable": table,
        "path": url,
        "streamARN": url,
        "topic": table,
        "assign": table,
    }
    found = [
        naming.name_s3_path(url),
        naming.name_location(url),
        naming.name_jdbc_table(url, table),
        naming.name_spark_sql_table(naming.split_name(table), context),
        naming.name_kafka_topic(url, table or "t"),
        naming.name_mongodb_collection(url, table, table),
        naming.name_opensearch_index(url, table),
        naming.name_bigquery_table(table),
        *naming.read_connection_options(kind, options, context),
    ]
    assert all(d.namespace and (d.name or d.namespace.startswith("s3://")) for d in found)


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(URLS), st.text(alphabet="abc123@:/;&?=!", min_size=1, max_size=8))
def test_no_secret_of_a_url_gets_into_a_name(case, tail):
    url, table, _ = case
    secret = "sEcReT" + tail.replace("@", "")
    dataset = naming.name_jdbc_table(url.replace("secret", secret), table)
    assert "sEcReT" not in dataset.namespace + dataset.name


def test_a_password_that_looks_like_a_parameter_stays_out_of_a_name():
    dataset = naming.name_jdbc_table("jdbc:oracle:thin:user/sEcReT?1=@//h/svc", "A.B")
    assert (dataset.namespace, dataset.name) == ("oracle://h:1521", "svc.A.B")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ],
)
def test_a_region_tells_its_partition(region, partition):
    dataset = naming.name_catalog_table("d", "t", LineageContext(region=region, account="1"))
    assert dataset.namespace == f"arn:{partition}:glue:{region}:1"


def test_the_arn_of_a_table_names_it():
    named = naming.parse_table_arn(f"arn:aws-eusc:glue:eusc-de-east-1:{OTHER}:table/Sales/Orders")
    assert named.namespace == f"arn:aws-eusc:glue:eusc-de-east-1:{OTHER}"
    assert named.name == "table/sales/orders"
    for other in ("", "orders", "arn:aws:s3:::b", f"arn:aws:glue:eu-west-1:{OTHER}:database/d"):
        assert naming.parse_table_arn(other) is None


@pytest.mark.parametrize(
    ("catalog", "expected"),
    [
        ("", "glue:d/t"),
        ("AwsDataCatalog", "glue:d/t"),
        ("s3tablescatalog/b1", "glue:s3tablescatalog/b1/d/t"),
        (OTHER, f"arn:aws:glue:eu-west-1:{OTHER}/table/d/t"),
        ("Lambda_Db", f"arn:aws:athena:eu-west-1:{HOME}:datacatalog/lambda_db/d.t"),
    ],
)
def test_catalogues_by_the_names_of_athena(context, name, catalog, expected):
    assert name(naming.name_athena_table(catalog, "D", "T", context)) == expected


@pytest.mark.parametrize(
    ("catalog_id", "expected"),
    [
        (None, "table/s3tablescatalog/b1/ns/t"),
        ("s3tablescatalog/b2", "table/s3tablescatalog/b2/ns/t"),
        ("AwsDataCatalog", "table/ns/t"),
    ],
)
def test_a_nested_catalogue_stands_in_the_name_and_not_in_the_namespace(catalog_id, expected):
    nested = LineageContext(region="eu-west-1", account="123456789012:s3tablescatalog/b1")
    dataset = naming.name_catalog_table("ns", "t", nested, catalog_id)
    assert dataset.namespace == "arn:aws:glue:eu-west-1:123456789012"
    assert dataset.name == expected
    assert (
        naming.name_kinesis_stream("s", nested).namespace
        == "arn:aws:kinesis:eu-west-1:123456789012"
    )
