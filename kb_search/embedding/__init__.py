"""Text → unit vectors. The only package that may import a model runtime."""
