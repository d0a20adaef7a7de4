"""Relief: awards, one-off payments, the petty fund, and rules against drawing benefits twice."""
