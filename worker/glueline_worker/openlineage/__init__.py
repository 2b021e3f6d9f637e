"""OpenLineage: records as events, and the sinks that write or send them."""
