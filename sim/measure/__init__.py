"""From outcomes to scores, intervals, figures and a page of words."""
