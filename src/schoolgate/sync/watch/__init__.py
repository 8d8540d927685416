"""How every source stands: for support's page, the e-mail to a district, and the figures."""
