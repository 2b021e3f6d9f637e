import io

import boto3
import openpyxl
import pandas as pd

shifts = pd.read_parquet("s3://staff/shifts/")
book = openpyxl.Workbook()
sheet = book.active
for row in shifts.itertuples():
    sheet.append(row)
out = io.BytesIO()
book.save(out)
boto3.client("s3").put_object(Bucket="staff", Key="reports/shifts.xlsx", Body=out.getvalue())
