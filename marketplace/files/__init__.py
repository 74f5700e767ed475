"""What people upload: checked, kept outside the web root, shown to whoever may see it."""
