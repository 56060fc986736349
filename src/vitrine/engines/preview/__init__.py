"""`make preview`: what the working tree's rules and seeds would do to the live slates, before they ship."""
