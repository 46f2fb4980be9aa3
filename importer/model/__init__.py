"""The nouns, errors, protocols and policies that every package uses; imports no other package of the importer."""
