"""What services know of each other: the events they publish and the shapes of their RPC, and nothing else."""
