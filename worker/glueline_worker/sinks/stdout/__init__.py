"""``stdout:``: records as lines of JSON."""
