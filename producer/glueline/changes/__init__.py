"""Changes in a catalogue, as EventBridge reports them."""
