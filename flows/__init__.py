"""The complaints warehouse: Prefect flows, the steps they call and the command line."""
