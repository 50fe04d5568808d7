"""The API of Vercel."""
