"""A corpus of answers whose sentences are labelled true or false, and how well the check tells them apart."""
