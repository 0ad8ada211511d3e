"""Post-training quantization to int8, one noun a file. Offline."""
