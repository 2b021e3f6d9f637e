p = argparse.ArgumentParser()
for a in ["src", "dst"]:
    p.add_argument("--" + a)
cfg = vars(p.parse_args())
spark.read.csv(cfg["src"]).write.csv(cfg["dst"])
