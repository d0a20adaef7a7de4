"""Languages of the screens: Chinese as written in templates, scripts and Python; others from catalogues (`en.po`)."""
