"""The only place that opens connections and starts programs."""
