"""The content of the catalogues."""

import base64
import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from glueline_simulator import Simulator, StartError, UsageError

DATABASE = "raw_sales_0000"
MODEL = botocore.session.get_session().get_service_model("glue")


def assert_fits(shape: str, value: Any) -> None:
    report = ParamValidator().validate(value, MODEL.shape_for(shape))
    assert not report.has_errors(), report.generate_report()


def test_generated_tables_look_real(glue: Any) -> None:
    tables = glue.get_tables(DatabaseName=DATABASE)["TableList"]
    for table in tables:
        assert_fits("Table", table)
    assert {len(table["PartitionKeys"]) for table in tables} == {0, 1, 3}
    assert {table["TableType"] for table in tables} == {"EXTERNAL_TABLE", "VIRTUAL_VIEW"}
    formats = {table["Parameters"].get("classification") for table in tables}
    assert formats >= {"parquet", "json", "csv"}
    assert any(table["Parameters"].get("table_type") == "ICEBERG" for table in tables)
    assert all(len(table["StorageDescriptor"]["Columns"]) == 6 for table in tables)


def test_a_generated_view_selects_from_a_table_that_exists(glue: Any) -> None:
    tables = glue.get_tables(DatabaseName=DATABASE)["TableList"]
    view = next(table for table in tables if table["TableType"] == "VIRTUAL_VIEW")
    text = view["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    sql = json.loads(base64.b64decode(text))["originalSql"]
    source = sql.rpartition("FROM ")[2].replace('"', "").split(".")
    assert glue.get_table(DatabaseName=source[0], Name=source[1])["Table"]["Name"] == source[1]


def test_a_table_is_the_same_listed_and_fetched(glue: Any) -> None:
    for table in glue.get_tables(DatabaseName=DATABASE, MaxResults=30)["TableList"]:
        fetched = glue.get_table(DatabaseName=DATABASE, Name=table["Name"].upper())
        assert fetched["Table"] == table


def test_generated_jobs_fit_the_model_and_read_tables_that_exist(glue: Any) -> None:
    for job in glue.get_jobs()["Jobs"]:
        assert_fits("Job", job)
        for node in job.get("CodeGenConfigurationNodes", {}).values():
            for source in (node.get("CatalogSource"), node.get("S3CatalogSource")):
                if source:
                    glue.get_table(DatabaseName=source["Database"], Name=source["Table"])


def test_names_that_do_not_exist_are_not_found(glue: Any) -> None:
    for call, request in (
        ("get_database", {"Name": "none"}),
        ("get_tables", {"DatabaseName": "none"}),
        ("get_table", {"DatabaseName": DATABASE, "Name": "orders_999999"}),
        ("get_table", {"DatabaseName": DATABASE, "Name": "orders_000001"}),
        ("get_partitions", {"DatabaseName": DATABASE, "TableName": "none"}),
        ("get_job", {"JobName": "none"}),
        ("get_job_runs", {"JobName": "none"}),
        ("get_connection", {"Name": "none"}),
        ("get_tags", {"ResourceArn": "arn:aws:glue:eu-west-1:123456789012:job/none"}),
    ):
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            getattr(glue, call)(**request)


def test_a_million_tables_take_bounded_memory(clients: Any) -> None:
    with Simulator(databases=10, tables=100_000, columns=30, jobs=0) as sim:
        client = clients(sim, "glue")
        before = resident_kib(sim.pid)
        token: dict[str, str] = {}
        for _ in range(30):
            answer = client.get_tables(DatabaseName="raw_web_0004", **token)
            token = {"NextToken": answer["NextToken"]}
        last = "orders_099990"
        assert client.get_table(DatabaseName="raw_web_0004", Name=last)["Table"]["Name"] == last
        assert resident_kib(sim.pid) - before < 30_000


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("needs /proc")
    line = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1])


def test_a_skewed_catalogue_keeps_its_total(clients: Any) -> None:
    with Simulator(databases=4, tables=100, skew=0.7, columns=1, jobs=0) as sim:
        client = clients(sim, "glue")
        sizes = []
        for database in client.get_databases()["DatabaseList"]:
            pages = client.get_paginator("get_tables").paginate(DatabaseName=database["Name"])
            sizes.append(sum(len(page["TableList"]) for page in pages))
    assert sizes == [280, 40, 40, 40]


def test_the_lakehouse_fits_the_model(lakehouse: Simulator, clients: Any) -> None:
    client = clients(lakehouse, "glue")
    for database in client.get_databases()["DatabaseList"]:
        assert_fits("Database", database)
        for table in client.get_tables(DatabaseName=database["Name"])["TableList"]:
            assert_fits("Table", table)
    for job in client.get_jobs()["Jobs"]:
        assert_fits("Job", job)


def test_the_lakehouse_holds_the_odd_things(lakehouse: Simulator, clients: Any) -> None:
    client = clients(lakehouse, "glue")

    def table(database: str, name: str) -> dict[str, Any]:
        return client.get_table(DatabaseName=database, Name=name)["Table"]

    columns = table("sales", "customers")["StorageDescriptor"]["Columns"]
    retired = [c for c in columns if c["Parameters"]["iceberg.field.current"] == "false"]
    assert [column["Name"] for column in retired] == ["fax"]
    parameters = table("marketing", "sessions")["Parameters"]
    parts = [parameters[f"spark.sql.sources.schema.part.{number}"] for number in range(2)]
    assert len(json.loads("".join(parts))["fields"]) == 6
    assert table("marketing", "orders")["TargetTable"]["DatabaseName"] == "sales"
    assert "StorageDescriptor" not in table("finance", "tax_rates")
    assert table("raw", "supplier (2024)/prices.v2")
    assert table("sales", "large_orders")["ViewOriginalText"].startswith("SELECT")
    linked = client.get_tables(DatabaseName="purchasing_link")["TableList"]
    assert [(row["Name"], row["CatalogId"]) for row in linked] == [("suppliers", "210987654321")]
    tags = client.get_tags(ResourceArn="arn:aws:glue:eu-west-1:123456789012:job/load-orders")
    assert tags["Tags"] == {"team": "sales-analytics"}
    keys = {"DatabaseName": "raw", "TableName": "orders_json"}
    indexes = client.get_partition_indexes(**keys)["PartitionIndexDescriptorList"]
    assert [index["IndexName"] for index in indexes] == ["by_day"]
    located = [
        p["StorageDescriptor"]["Location"] for p in client.get_partitions(**keys)["Partitions"]
    ]
    assert located[0].endswith("/orders/year=2025/month=01/day=01/")
    assert located[3].startswith("s3://acme-raw-late/")


def test_passwords_of_connections_are_hidden_on_request(lakehouse: Simulator, clients: Any) -> None:
    client = clients(lakehouse, "glue")
    shown = client.get_connection(Name="accounting-postgres")["Connection"]
    assert shown["ConnectionProperties"]["PASSWORD"]
    hidden = client.get_connections(HidePassword=True)["ConnectionList"]
    assert not any("PASSWORD" in c["ConnectionProperties"] for c in hidden)


def test_another_catalog_is_asked_for_by_its_id(lakehouse: Simulator, clients: Any) -> None:
    client = clients(lakehouse, "glue")
    found = client.get_databases(CatalogId="210987654321")["DatabaseList"]
    assert [database["Name"] for database in found] == ["purchasing"]
    with pytest.raises(ClientError, match="not authorized to perform: glue:GetDatabases") as error:
        client.get_databases(CatalogId="999999999999")
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"


def test_tables_and_jobs_come_and_go_in_mid_run(clients: Any) -> None:
    with Simulator(databases=1, tables=5, columns=2, jobs=2) as sim:
        client = clients(sim, "glue")

        def names() -> list[str]:
            return [t["Name"] for t in client.get_tables(DatabaseName=DATABASE)["TableList"]]

        first = client.get_tables(DatabaseName=DATABASE, MaxResults=2)
        sim.delete_table(DATABASE, "orders_000000")
        rest = client.get_tables(DatabaseName=DATABASE, NextToken=first["NextToken"])
        assert len(rest["TableList"]) == 3
        sim.add_table(DATABASE, "fresh", columns={"id": "bigint"}, partition_keys={"dt": "date"})
        assert "orders_000000" not in names()
        assert names()[-1] == "fresh"
        sim.add_table(DATABASE, "customers_000001", columns={"other": "int"})
        replaced = client.get_table(DatabaseName=DATABASE, Name="customers_000001")["Table"]
        assert [c["Name"] for c in replaced["StorageDescriptor"]["Columns"]] == ["other"]
        assert len(names()) == 5
        sim.add_job("mine", script="print(1)\n")
        sim.delete_job("load-orders_0000")
        assert client.list_jobs()["JobNames"] == ["clean-orders_0001", "mine"]
        sim.add_database("more", tables={"one": {"columns": {"a": "int"}}})
        assert client.get_tables(DatabaseName="more")["TableList"][0]["Name"] == "one"
        sim.delete_database("more")
        with pytest.raises(UsageError, match="there is no database 'more'"):
            sim.delete_table("more", "one")
        with pytest.raises(UsageError, match="unknown field 'colums'; did you mean 'columns'"):
            sim.add_table(DATABASE, "bad", colums={})


def test_hidden_tables_are_left_out_without_an_error(tuned: Simulator, glue: Any) -> None:
    tuned.configure(hide=["raw_finance_0002", f"{DATABASE}.orders_*"])
    databases = [d["Name"] for d in glue.get_databases()["DatabaseList"]]
    assert databases == [DATABASE, "raw_marketing_0001"]
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE)
    names = [table["Name"] for page in pages for table in page["TableList"]]
    assert len(names) == 222
    assert not any(name.startswith("orders_") for name in names)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName=DATABASE, Name="orders_000000")


def test_a_catalogue_is_taken_from_a_dict_and_from_a_file(clients: Any, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("print('hello')\n")
    path = tmp_path / "mine.yaml"
    path.write_text("jobs: {j: {script_file: job.py, script_location: s3://b/k.py}}\n")
    with Simulator(catalogue=path) as sim:
        client = clients(sim, "s3")
        body = client.get_object(Bucket="b", Key="k.py")["Body"].read()
        assert body == b"print('hello')\n"
    with Simulator(catalogue={"databases": {"d": {"tables": {"t": None}}}}) as sim:
        assert clients(sim, "glue").get_table(DatabaseName="d", Name="t")["Table"]["Name"] == "t"


def test_a_bad_catalogue_is_explained_to_the_caller() -> None:
    with pytest.raises(StartError, match=r"databases\.d\.tables\.t\.format: no such format"):
        Simulator(catalogue={"databases": {"d": {"tables": {"t": {"format": "xls"}}}}}).start()
