"""The backend of Vocilia: customers leave feedback and receive a reward."""
