"""What people do, as keyword-only functions: one transaction, the audit link beside the change."""
