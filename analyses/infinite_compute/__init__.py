"""The loss of infinite compute on fixed data, after Kim et al. (2025), arXiv:2509.14786."""
