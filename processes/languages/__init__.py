"""Languages of the screens: the catalogue of each, by message. The sources are written in Chinese."""
