"""The rules that data must keep, in Great Expectations, and the verdict over a batch."""
