"""The pages of `<home>/site/`: what the marts say, to be opened in a browser. Internal only."""
