"""The invented district: families, schools, and the school days they live. Pure and seeded."""
