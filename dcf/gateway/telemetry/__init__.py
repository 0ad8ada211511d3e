"""What a gateway says of itself: events in its log, and numbers for Prometheus."""
