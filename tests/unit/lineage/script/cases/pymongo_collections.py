import os

import pandas as pd
import pymongo
from pymongo import MongoClient as Client

client = pymongo.MongoClient("mongodb://u:p@docs:27018/?tls=true")
shop = client["shop"]
pd.DataFrame(list(shop["orders"].find({}, {"_id": 0}))).to_csv("s3://out/orders.csv")
returns = pd.read_csv("s3://raw/returns.csv")
client.shop.returns.insert_many(returns.to_dict("records"))
shop.get_collection("stock").update_one({"id": 1}, {"$set": returns.to_dict()}, upsert=True)

other = Client(host=os.environ["HOST"]).get_database("crm")
rows = other.leads.aggregate([{"$match": {"open": True}}])
pd.DataFrame(rows).to_parquet("s3://out/leads/")
settings = other.settings.find_one({"job": "leads"})  # settings are no input
client.close()
