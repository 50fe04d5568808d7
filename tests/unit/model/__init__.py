"""Tests of the models that compute something."""
