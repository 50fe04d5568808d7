"""The API of Supabase."""
