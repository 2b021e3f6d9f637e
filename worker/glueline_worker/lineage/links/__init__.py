"""Links in the catalogue: storage and resource links that join datasets."""
