"""Data sets in places that several share: Parquet files anywhere, and tables of BigQuery."""
