"""The grammar: functions that each read one construct of Scala with a `Translator`."""
