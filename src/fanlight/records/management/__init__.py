"""Commands of the records, run as `fanlight manage NAME`."""
