"""Pages, patient pages, API and the design system. It decides nothing clinical."""
