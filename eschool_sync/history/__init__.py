"""The history that nobody can alter unseen."""
