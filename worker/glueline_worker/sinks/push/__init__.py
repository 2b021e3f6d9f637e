"""What sinks share that send records or events to a service."""
