#!/usr/bin/env bash
# What: botocore treats an answer that is not a listing as an empty page of a listing.
# Versions: botocore 1.40.61 (the one of aioboto3 15.5.0) and 1.44.8; the last part only 1.44.8.
# Why it matters: a program that lists tables page by page and deletes tables that are no longer
#   listed deletes tables that still exist. Proxies, gateways and emulators do give such answers.
# Expected: an exception, if the second page is an error (HTTP status 200, a body with "__type"), an
#   object without TableList, not JSON, or cut off in the middle.
# Actual: the paginator yields {} as the last page and ends without an error. 1.40.61 raises
#   ConnectionClosedError for the body that is cut off, 1.44.8 does not.
# In Glueline: worker/glueline_worker/aws/answers.py knows the required fields of each answer, and
#   aws/json_parser.py reads bodies. Such a page is an error, and the call is retried
#   (docs/operations.md, "the answer is none of GetTables").
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/listing.py" <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import botocore
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

first = json.dumps({"TableList": [{"Name": "orders"}], "NextToken": "2"}).encode()
throttled = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
whole = json.dumps({"TableList": [{"Name": "customers"}]}).encode()
SECOND_PAGES = {
    "an error with status 200": (throttled, len(throttled)),
    "an object without TableList": (b"{}", 2),
    "a page of HTML": (b"<html>busy</html>", 17),
    "a page that is cut off": (whole[:20], len(whole)),
}


class Glue(BaseHTTPRequestHandler):
    second = (b"", 0)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body, length = Glue.second if "NextToken" in request else (first, len(first))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Glue)
threading.Thread(target=server.serve_forever, daemon=True).start()
glue = Session().create_client(
    "glue",
    region_name="eu-west-1",
    endpoint_url=f"http://127.0.0.1:{server.server_port}",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(read_timeout=10, retries={"total_max_attempts": 1}),
)


def list_tables():
    try:
        pages = list(glue.get_paginator("get_tables").paginate(DatabaseName="shop"))
    except (BotoCoreError, ClientError) as error:
        return type(error).__name__
    return [table["Name"] for page in pages for table in page.get("TableList", [])]


expected = {name: ["orders"] for name in SECOND_PAGES}
if botocore.__version__ == "1.40.61":
    expected["a page that is cut off"] = "ConnectionClosedError"
print(f"botocore {botocore.__version__}: orders on page 1, and page 2 is")
is_same = True
for name, Glue.second in SECOND_PAGES.items():
    found = list_tables()
    print(f"  {name}: {found if isinstance(found, str) else f'no error, tables {found}'}")
    is_same = is_same and found == expected[name]
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

for package in botocore==1.40.61 botocore==1.44.8; do
  python3 -m venv "$folder/$package"
  "$folder/$package/bin/pip" --disable-pip-version-check --quiet install "$package"
  timeout 60 "$folder/$package/bin/python" "$folder/listing.py"
done
