import os
import xml.etree.ElementTree as ET

import boto3
import geolib

s3 = boto3.client("s3")
s3.download_file("tide-raw", "gauges/all.xml", "/tmp/all.xml")
s3.download_file("tide-raw", "coast.shp", "/tmp/coast.shp")
s3.download_file("tide-raw", "unread.txt", "/tmp/unread.txt")
size = os.path.getsize("/tmp/unread.txt")
lines = []
for gauge in ET.parse("/tmp/all.xml").getroot().iter("gauge"):
    lines.append(",".join([gauge.get("id"), gauge.text]))
s3.put_object(Bucket="tide-lake", Key="gauges.csv", Body="\n".join(lines))
coast = geolib.open_shape("/tmp/coast.shp")
s3.put_object(Bucket="tide-lake", Key="coast.json", Body=coast.to_text())
s3.put_object(Bucket="tide-lake", Key="size.txt", Body=str(size))
