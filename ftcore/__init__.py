"""Entremise: drafting offers (ChatFT) and preselecting people by SMS (MatchFT)."""
