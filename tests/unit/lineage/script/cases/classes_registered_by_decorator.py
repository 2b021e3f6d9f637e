from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()


class Registry:
    def __init__(self):
        self.steps = {}

    def step(self, name):
        def keep(cls):
            self.steps[name] = cls
            return cls

        return keep


registry = Registry()
plain = []


def listed(cls):
    plain.append(cls)
    return cls


class Step:
    source = None
    target = None

    def run(self):
        spark.table(self.source).write.saveAsTable(self.target)


@registry.step("ferries")
class Ferries(Step):
    source = "port_raw.ferries"
    target = "port.ferries"


@listed
class Cargo(Step):
    source = "port_raw.cargo"
    target = "port.cargo"


for name, cls in registry.steps.items():
    cls().run()
for cls in plain:
    cls().run()
