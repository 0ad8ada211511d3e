"""What many functions, many replicas and a second gateway cost, and how many machines a load takes."""
