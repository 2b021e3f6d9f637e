"""Changes in a catalogue: received from SQS, recorded, and read once it is quiet."""
