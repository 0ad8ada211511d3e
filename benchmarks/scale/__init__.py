"""What many functions, many replicas and a second gateway cost; how many machines a load takes."""
