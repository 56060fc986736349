"""`make email-preview`: a sample of the live e-mail slates as mails, with what stands behind each slot beside it."""
