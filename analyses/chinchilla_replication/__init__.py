"""What the Chinchilla runs say of the law, after Besiroglu et al. (2024), arXiv:2404.10102."""
