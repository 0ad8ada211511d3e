"""Who may use a gateway: its password, tokens with roles, and what each may do."""
