"""Client: what users of Python hold, and what a terminal shows them while it works."""
