"""Keys, signatures and the encrypted file of a replica."""
