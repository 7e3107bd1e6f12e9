"""Clustering on difficulty (Xu et al. 2025), where the truth is known and on real ladders."""
