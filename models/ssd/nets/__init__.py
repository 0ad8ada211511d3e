"""Networks: what is computed, layer by layer. Offline; nothing here is on the serving path."""
