"""What the night costs, beside an analyst's pandas script and hand-written SQL."""
