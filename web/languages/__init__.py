"""Languages of the screens: the one of a page, and the catalogues of texts."""
