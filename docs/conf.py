"""How Sphinx builds the manual."""

project = "Fanlight"
author = "The Fanlight authors"
copyright = "2026, the Fanlight authors. Apache-2.0"
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Fanlight"
html_static_path = ["_static"]
html_css_files = ["fanlight.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#8a5a2b", "color-brand-content": "#8a5a2b", "color-background-primary": "#fdfbf6"},
    "dark_css_variables": {"color-brand-primary": "#e0b070", "color-brand-content": "#e0b070"},
}
suppress_warnings = ["myst.header"]
