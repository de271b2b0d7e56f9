"""How the classifiers' model files are made: features from the public pages, boosted trees, cross-validation by site."""
