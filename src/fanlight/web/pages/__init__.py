"""The values a page shows, made from records and clinical answers; no request is seen here."""
