"""Pure: bytes in, articles out. No clock, no database, no Prefect."""
