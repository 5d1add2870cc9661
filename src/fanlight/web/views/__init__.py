"""What answers a request: reads records, asks the clinical rooms, hands a page its values."""
