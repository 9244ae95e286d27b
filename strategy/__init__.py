"""What to do with each overdue account: score, tier, treatment, contact policy, plan and dispatch."""
