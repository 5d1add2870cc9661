"""Where facts are kept: Django models, actions, policies, audit. It decides nothing clinical."""
