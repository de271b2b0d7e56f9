"""How the classifiers' model files are made: features of public pages, boosted trees, cross-validation."""
