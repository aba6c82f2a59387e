"""What it earned: scores, and the ledger of every lost point."""
