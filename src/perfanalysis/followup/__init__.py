"""After the evaluation: findings put right, documents published, units assessed."""
