"""Changes in a catalogue: taken from SQS, recorded, and read when it is quiet."""
