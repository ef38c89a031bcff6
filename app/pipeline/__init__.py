"""The order's way from one webhook to one message, in reading order: inbox, ingest, enroll, advance, deliver, receipts."""
