"""The client: enqueue extractions, follow them, and run schedules."""
