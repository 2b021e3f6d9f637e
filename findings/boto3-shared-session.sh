#!/usr/bin/env bash
# What: each session of boto3 or aioboto3 changes the botocore session that it is given. The second
#   session made from the same botocore session cannot make a client for S3.
# Versions: aioboto3 15.5.0 (with boto3 1.40.61), and boto3 1.44.8.
# Why it matters: a program that reads many accounts shares what botocore loads, some 20 MB of models
#   for three services. Clients for Glue still work, but reading a job's script in S3 fails.
# Expected: a session adds its parts to the given session once, or not at all.
# Actual: from the second session on, client("s3") raises RuntimeError (Cannot inject class
#   attribute "upload_file", attribute already exists in class dict); client("glue") works. Each
#   session adds the same search path to the loader once more, without end.
# In Glueline: worker/glueline_worker/aws/sessions/shared_session.py. Sessions share a loader that
#   keeps its paths. Each session that registers handlers gets a copy of the shared ones.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/sharing.py" <<'PYTHON'
import asyncio
import sys
from importlib.metadata import PackageNotFoundError, version

OPTIONS = {
    "region_name": "eu-west-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
SESSIONS = 20
FAILURE = (
    'RuntimeError: Cannot inject class attribute "upload_file",'
    " attribute already exists in class dict."
)


def with_boto3(botocore_session, service):
    boto3.Session(botocore_session=botocore_session).client(service, **OPTIONS)


def with_aioboto3(botocore_session, service):
    async def make_client():
        session = aioboto3.Session(botocore_session=botocore_session)
        async with session.client(service, **OPTIONS):
            pass

    asyncio.run(make_client())


def outcome_of(make_client, botocore_session, service):
    try:
        make_client(botocore_session, service)
    except RuntimeError as error:
        return f"RuntimeError: {error}"
    return "a client"


try:
    print(f"aioboto3 {version('aioboto3')}, boto3 {version('boto3')}")
except PackageNotFoundError:
    import boto3
    from botocore.session import Session

    print(f"boto3 {version('boto3')}")
    make_client = with_boto3
else:
    import aioboto3
    from aiobotocore.session import AioSession as Session

    make_client = with_aioboto3

is_same = True
for service, expected in (("glue", "a client"), ("s3", FAILURE)):
    shared = Session()
    paths_before = len(shared.get_component("data_loader").search_paths)
    found = [outcome_of(make_client, shared, service) for _ in range(SESSIONS)]
    paths = shared.get_component("data_loader").search_paths
    print(f"  {service}: session 1: {found[0]}; session 2: {found[1]}")
    print(f"    search paths after {SESSIONS} sessions: {len(paths)}, different: {len(set(paths))}")
    is_same = is_same and found == ["a client"] + [expected] * (SESSIONS - 1)
    is_same = is_same and len(paths) == paths_before + SESSIONS
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON

for package in aioboto3==15.5.0 boto3==1.44.8; do
  python3 -m venv "$folder/$package"
  "$folder/$package/bin/pip" --disable-pip-version-check --quiet install "$package"
  timeout 120 "$folder/$package/bin/python" "$folder/sharing.py"
done
