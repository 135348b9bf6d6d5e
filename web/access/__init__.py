"""Access control: accounts, logging in and out, and the middleware that checks every request."""
