"""What a repeated token is worth, after Muennighoff et al. (2023), arXiv:2305.16264."""
