def get_glue_args(mandatory, optional):
    given = set([i[2:] for i in sys.argv]).intersection([i for i in optional])
    args = getResolvedOptions(sys.argv, list(set(mandatory).union(given)))
    optional.update(args)
    return optional
args = get_glue_args(["src"], {"dst": "s3://o/default"})
spark.read.csv(args["src"]).write.csv(args["dst"])
