"""The collectors' side: queues, routing, leases, the case on one page, wrap-up."""
