"""Prefect flows, settings, alerts and the command line: where the stages meet."""
