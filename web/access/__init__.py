"""Who may watch: accounts, logging in and out, and the guard before everything else."""
