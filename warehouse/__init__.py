"""DuckLake: the lake, its migrations, the ledger of inputs, loading, and what analysts read."""
