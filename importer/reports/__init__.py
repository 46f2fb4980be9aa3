"""What a run writes for people and programs, each report from what the journal yields."""
