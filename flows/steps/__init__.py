"""One module for each step of the night. A step is a plain function; tests call it directly."""
