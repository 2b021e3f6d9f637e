"""Changes in a catalogue: receive them from SQS, record them, and open runs once it is quiet."""
