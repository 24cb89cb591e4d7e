"""What an owner can see and do: account, strategies, limits, plan. Knows nothing of the hidden future."""
