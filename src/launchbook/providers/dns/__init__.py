"""DNS zones and records, by way of octoDNS."""
