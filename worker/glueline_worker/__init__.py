"""The workers of Glueline."""
